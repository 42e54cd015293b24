/// The style sheet of the page: dark text, thin rules, numbers that line up, nothing from the network.
enum PageStyle {
  static let text = """
    :root { color-scheme: light; }
    * { box-sizing: border-box; }
    body { margin: 0 auto; padding: 3rem 1.5rem 5rem; max-width: 62rem; background: #fff; color: #222;
      font: 15px/1.5 sans-serif; }
    h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 600; margin: 0 0 .4rem; }
    h2 { font-size: 1.2rem; font-weight: 600; margin: 3rem 0 .8rem; padding-top: .8rem; border-top: 1px solid #ddd; }
    h3 { font-size: 1rem; font-weight: 600; margin: 1.8rem 0 .4rem; }
    p { margin: .4rem 0 .8rem; max-width: 46rem; }
    .lead { font-size: 1.05rem; }
    .facts { color: #555; font-size: .9rem; margin: 0 0 1rem; }
    .status { font-weight: 600; }
    .status.complete { color: #00614a; }
    .status.failed, .status.interrupted, .alarm { color: #a34700; }
    .note { color: #555; font-size: .9rem; }
    figure { margin: 1.2rem 0 1.6rem; }
    figure svg { display: block; max-width: 100%; height: auto; }
    .abreast { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); column-gap: 1.5rem; }
    figcaption { color: #444; font-size: .85rem; max-width: 46rem; margin-top: .4rem; }
    figcaption a, a { color: #00557f; text-decoration-thickness: 1px; text-underline-offset: 2px; }
    .scroll { overflow-x: auto; margin: .8rem 0 1.4rem; }
    table { border-collapse: collapse; font-size: .82rem; border-top: 1.5px solid #222; border-bottom: 1.5px solid #222; }
    th, td { padding: .2rem .48rem; text-align: right; white-space: nowrap; font-weight: 400; vertical-align: baseline; }
    thead th { color: #444; border-bottom: 1px solid #222; vertical-align: bottom; }
    thead th.group { border-bottom: 1px solid #bbb; text-align: center; }
    tbody th, th.name { text-align: left; }
    td { font-variant-numeric: tabular-nums; }
    td.best { font-weight: 700; }
    td.floor, td.count { color: #6a6a6a; }
    th.first, td.first { padding-left: 1.2rem; }
    table.scores tbody tr:hover > * { background: #f6f6f4; }
    tr:not(:has(.sum)) + tr > .sum { border-top: 1px solid #bbb; }
    table.words td, table.words th { text-align: left; white-space: normal; overflow-wrap: anywhere; }
    table.words th { white-space: nowrap; }
    table.words td.number { text-align: right; white-space: nowrap; }
    details { margin: .6rem 0; }
    summary { cursor: pointer; color: #333; font-size: .9rem; }
    code { font: .85em monospace; }
    @media print { body { padding: 0; max-width: none; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; } }
    """
}
