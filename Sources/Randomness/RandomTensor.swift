/// Element `i` of the uniform random tensor named by `key`: a pure function of the two, in (0, 1).
///
/// Elements go in groups of 64 that use 16 blocks: element 64 g + 16 w + l is word w of block 16 g + l, so that vector
/// code of up to 16 lanes writes words as they come. The bits of the word become one of 2^23 midpoints that are exact in
/// Float and in Double: every backend agrees bit for bit.
package func philoxUniform(key: PhiloxKey, _ i: Int) -> Double {
  let place = TensorPlace(i)
  let block = Philox.block(Philox.Use.tensorUniform.counter(place.block), key: key)
  return Uniform.double(block[place.word])
}

/// Element `i` of the standard normal random tensor named by `key`: a pure function of the two.
///
/// Places are those of `philoxUniform` under a counter of their own. Words 0 and 1 of a block are the two uniform
/// numbers of one Box-Muller pair, words 2 and 3 of another; the element at the even word is the cosine part, the
/// element at the odd word the sine part. Float code agrees to a few units in the last place of the radius.
package func philoxNormal(key: PhiloxKey, _ i: Int) -> Double {
  let place = TensorPlace(i)
  let block = Philox.block(Philox.Use.tensorNormal.counter(place.block), key: key)
  let even = place.word & 2
  let pair = BoxMuller.pair(Uniform.double(block[even]), Uniform.double(block[even + 1]))
  return place.word == even ? pair.cosine : pair.sine
}

/// Where element `i` of a random tensor takes its bits from.
private struct TensorPlace {
  let block: UInt64
  let word: Int

  init(_ i: Int) {
    precondition(i >= 0, "elements of a tensor count from 0")
    block = UInt64(i / 64 * 16 + i % 16)
    word = i / 16 % 4
  }
}
