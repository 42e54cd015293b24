import Foundation

/// The gain in Poisson log-likelihood over a constant rate, in bits for each observed spike.
///
///     bits = (NLL_null - NLL_model) / (n_spikes ln 2),   NLL = sum (r - n ln r + ln n!)
///
/// over observed bins; the null rate is each channel's mean count over the evaluated bins; rates of 0 count as 1e-9;
/// ln n! cancels. 0 is the null, more is better. NaN without a spike, or when a rate is NaN or negative where
/// something was observed.
/// Source: Pei, Ye et al. 2021, Neural Latents Benchmark (co-bps where the channels are held out, fp-bps where the
/// bins are forecast).
package enum BitsPerSpike {
  /// - Parameter counts: spikes of each bin, `[channels, trials, bins]`, NaN = not observed.
  /// - Parameter rates: expected counts of each bin, same shape.
  package static func score(counts: TrialValues, rates: TrialValues) -> Score {
    precondition(
      counts.channels == rates.channels && counts.trials == rates.trials && counts.bins == rates.bins,
      "counts and rates differ in shape")
    let perChannel = counts.trials * counts.bins
    let nulls = counts.channelMeans
    var gain = 0.0
    var spikes = 0.0
    var observed = 0
    for channel in 0..<counts.channels {
      for place in channel * perChannel..<(channel + 1) * perChannel where !counts.values[place].isNaN {
        let count = Double(counts.values[place])
        gain += loss(count, rate: nulls[channel]) - loss(count, rate: Double(rates.values[place]))
        spikes += count
        observed += 1
      }
    }
    return Score("bits_per_spike", spikes > 0 ? gain / (spikes * log(2)) : .nan, n: observed)
  }

  /// r - n ln r: the negative log-likelihood of one bin without its constant.
  private static func loss(_ count: Double, rate: Double) -> Double {
    guard rate >= 0 else { return .nan }
    let rate = rate == 0 ? 1e-9 : rate
    return rate - count * log(rate)
  }
}
