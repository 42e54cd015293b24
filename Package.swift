// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors in every room and test.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

// The house: one line per room, ground floor first. A room uses only rooms printed before it.
let package = Package(
  name: "mdssm-run",
  products: [.executable(name: "mdssm-run", targets: ["MDSSMRun"])],
  dependencies: [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")],
  targets: [
    // ground: values only
    room("Randomness", []),
    room("SpecLanguage", ["Randomness"]),
    room("TensorGraph", []),
    // first: machines and files
    system("CLibYAML", pkgConfig: "yaml-0.1", debian: "libyaml-dev"),
    .target(
      name: "CGuard", cSettings: [.unsafeFlags(["-O2", "-Werror", "-Wall"])], linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CHDF5", dependencies: ["CGuard"], cSettings: [.unsafeFlags(["-O2", "-Werror", "-Wall"])]),
    system("CCrypto", pkgConfig: "libcrypto", debian: "libssl-dev"),
    system("CZlib", pkgConfig: "zlib", debian: "zlib1g-dev"),
    .target(name: "CMatio", dependencies: ["CGuard"], cSettings: [.unsafeFlags(["-O2", "-Werror", "-Wall"])]),
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3", "-Werror", "-Wall"])]),
    room("YAMLReader", ["SpecLanguage", "CLibYAML"]),
    room("HDF5File", ["CGuard", "CHDF5"]),
    room("ArrayFiles", ["CGuard", "CZlib", "CMatio"]),
    room("NativeBackend", ["Randomness", "TensorGraph", "CKernels"]),
    room("ReferenceBackend", ["Randomness", "TensorGraph"]),
    room("Bundle", ["SpecLanguage", "CCrypto", "HDF5File"]),
    room("Recordings", ["SpecLanguage", "Randomness", "HDF5File", "ArrayFiles"]),
    // second: the science
    room("Models", ["SpecLanguage", "Randomness", "TensorGraph", "Recordings"]),
    room("Evaluation", ["SpecLanguage", "Randomness", "Recordings"]),
    room("Training", ["SpecLanguage", "Randomness", "TensorGraph", "Recordings", "Models", "Evaluation"]),
    // third: the experiment
    room("ExperimentGraph", ["SpecLanguage", "Bundle", "Recordings", "Models", "Training", "Evaluation"]),
    room(
      "Planner",
      [
        "SpecLanguage", "TensorGraph", "NativeBackend", "ReferenceBackend", "Bundle", "Recordings", "Models",
        "Evaluation", "Training", "ExperimentGraph",
      ]),
    room(
      "Execution",
      [
        "SpecLanguage", "Randomness", "TensorGraph", "NativeBackend", "ReferenceBackend", "HDF5File", "Bundle",
        "Recordings", "Models", "Training", "Evaluation", "ExperimentGraph", "Planner",
      ]),
    room("Report", ["SpecLanguage", "Bundle"]),
    // front door
    .executableTarget(
      name: "MDSSMRun",
      dependencies: [
        "SpecLanguage", "YAMLReader", "Bundle", "Recordings", "Models", "Evaluation", "ExperimentGraph", "Planner",
        "Execution", "Report",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    // counts the allocator's calls in tests and benchmarks that link it
    .target(name: "AllocationCount", path: "Tests/AllocationCount", cSettings: [.unsafeFlags(["-Werror", "-Wall"])]),
    // benchmarks that need the rooms themselves; the scripts are in Benchmarks
    .executableTarget(
      name: "StepBench",
      dependencies: [
        "Randomness", "TensorGraph", "CKernels", "NativeBackend", "Recordings", "Models", "Training", "AllocationCount",
      ],
      path: "Benchmarks/StepBench", swiftSettings: strict),
    .executableTarget(
      name: "BinningBench", dependencies: ["SpecLanguage", "YAMLReader", "HDF5File", "Recordings"],
      path: "Benchmarks/BinningBench", swiftSettings: strict),
    // tests: one target per room; BackendChecks is the law that every backend's tests call
    .target(
      name: "BackendChecks", dependencies: ["TensorGraph", "Randomness", "ReferenceBackend"],
      path: "Tests/BackendChecks",
      swiftSettings: strict),
    // specs with marked places, for the tests of every room that reads one
    .target(
      name: "SpecChecks", dependencies: ["SpecLanguage", "YAMLReader"], path: "Tests/SpecChecks",
      swiftSettings: strict),
    // studies planned in memory
    .target(
      name: "StudyChecks",
      dependencies: ["SpecLanguage", "YAMLReader", "Recordings", "Bundle", "ExperimentGraph", "Planner"],
      path: "Tests/StudyChecks", swiftSettings: strict),
  ] + tests
)

func room(_ name: String, _ uses: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: uses, swiftSettings: strict)
}

func system(_ name: String, pkgConfig: String, debian: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([debian])])
}

nonisolated var tests: [Target] {
  [
    check("SpecLanguage", ["YAMLReader", "SpecChecks"], exclude: ["Golden"]),
    check("Randomness"),
    check("TensorGraph", ["ReferenceBackend", "Randomness", "BackendChecks"], exclude: ["Golden"]),
    check("YAMLReader", ["SpecLanguage", "SpecChecks"]),
    check("HDF5File"),
    check("ArrayFiles"),
    check("CKernels", ["Randomness"]),
    check(
      "NativeBackend", ["CKernels", "Randomness", "TensorGraph", "ReferenceBackend", "BackendChecks"],
      exclude: ["Golden"]),
    check("ReferenceBackend", ["TensorGraph", "BackendChecks"]),
    check("Bundle", ["SpecLanguage"]),
    check("Recordings", ["SpecLanguage", "YAMLReader", "HDF5File", "SpecChecks"]),
    check(
      "Models",
      ["SpecLanguage", "YAMLReader", "TensorGraph", "CKernels", "ReferenceBackend", "NativeBackend", "Randomness"]),
    check(
      "Training",
      [
        "SpecLanguage", "Recordings", "Models", "TensorGraph", "CKernels", "ReferenceBackend", "NativeBackend",
        "Randomness", "AllocationCount",
      ]),
    check("Evaluation", ["SpecLanguage", "YAMLReader", "Randomness"]),
    check("Planner", ["SpecLanguage", "Bundle", "SpecChecks", "StudyChecks"]),
    check(
      "Execution", ["SpecLanguage", "Evaluation", "ExperimentGraph", "Planner", "Bundle", "StudyChecks"],
      exclude: ["Golden"]),
    check("Report", ["SpecLanguage", "Bundle"]),
    .testTarget(name: "ArchitectureTests", swiftSettings: strict),
    // the whole language: what its declarations give and what its specs go through
    .testTarget(
      name: "LanguageTests", dependencies: ["SpecLanguage", "YAMLReader", "SpecChecks", "ExperimentGraph"],
      swiftSettings: strict),
    // what a user sees: the program's answer to every mistake
    .testTarget(
      name: "ScreenTests", dependencies: ["MDSSMRun", "SpecLanguage"], exclude: ["Screens"], swiftSettings: strict),
    .testTarget(
      name: "MDSSMRunTests", dependencies: ["MDSSMRun", "Bundle", "HDF5File"], exclude: ["Golden"],
      swiftSettings: strict),
  ]
}

/// The tests of one room.
func check(_ room: String, _ uses: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .testTarget(
    name: room + "Tests", dependencies: [.init(stringLiteral: room)] + uses, exclude: exclude, swiftSettings: strict)
}
