/// The text of a first study of generated data: each part says what it is for and what else it could be.
enum InitStarter {
  static let text = """
    mdssm: 1
    # A first study, to be changed: three generated recordings of one limit cycle at three speeds; one model learns all of
    # them and forecasts each. `mdssm-run check FILE` says what is wrong, `mdssm-run plan FILE` what a run would do, and
    # `mdssm-run FILE` does it. For a study of your own recordings: `mdssm-run init mine.yaml --from 'data/*.nwb'`.
    study:
      name: first_study
      title: Three limit cycles, one family of dynamics
      seed: 7

    # Where recordings come from. A dataset is one session or many, called cycles/01, cycles/02, ... here.
    # Every quantity has its unit, and what the data know (channels, bins, trials) is never typed in twice.
    datasets:
      cycles:
        kind: generator
        system: {kind: limit_cycle, speed: [1, 2, 3.5], noise: 0.5, step: 10 ms}
        sessions: 3
        channels: [20, 30, 40]
        observe: {kind: gaussian, noise: 0.1}
        trials: {count: 96, length: 3 s}
        bin: 30 ms
        split: {train: 0.6, valid: 0.1, test: 0.3}

    # What is fitted. `adapt` says how the embedding of a session changes the dynamics; `{kind: shared}` without an
    # `embedding` is one model for all. `like: meta` in a second entry inherits from this one.
    models:
      meta:
        readin:      {kind: mlp, width: 32, shared: 16}
        embedding:   {size: 1, encoder: {kind: gru, width: 32}}
        dynamics:    {kind: mlp, latent: 2, hidden: [64, 64], adapt: {kind: low_rank, rank: 1, hyper: [32, 32]}}
        inference:   {kind: dkf, encoder: {kind: bigru, width: 32}, forecast_mask: 0.3}
        observation: {kind: gaussian, init: data}

    # How it is fitted: `budget` says how long, `select` which state of the training is kept.
    training:
      recipe:
        optimizer: {kind: adamw, lr: 3e-3, weight_decay: 0}
        schedule:  {kind: cosine, warmup: 30, floor: 0.02}
        batch:     {trials: 16}   # of each session
        budget:    400 steps
        select:    {metric: valid.forecast_r2, every: 100 steps}

    # Which model is fitted to which sessions. Another run could take this one to new sessions:
    #   few_shot: {transfer: pretrain, on: others, with: recipe, trials: 16, fit: [readin, observation]}
    runs:
      pretrain: {train: meta, on: cycles, with: recipe}

    # What is measured on trials that the fit has not seen.
    evaluations:
      rebuild:  {kind: reconstruction, of: [pretrain]}
      forecast: {kind: forecast, of: [pretrain], context: 1.5 s, horizon: 1.5 s}
      atlas:    {kind: embedding, of: [pretrain], color: [speed]}

    # `--profile smoke` lays this over the study, to try it in seconds.
    profiles:
      smoke: {training: {recipe: {budget: 20 steps, select: {every: 10 steps}}}}

    # Many studies from one: `mdssm-run sweep FILE` lists the points.
    # sweep: {axes: {study.seed: {seeds: 3}, models.meta.embedding.size: [1, 2]}}

    """
}
