"""r2 at one bin ahead by the side of the first principal component on which a test trial is: wells.py BUNDLE RUN CONTEXT K SESSION...

Needs h5py and NumPy, and a bundle with predictions:
    ./mdssm-run specs/few_shot.yaml --set sweep.axes.study.seed=[1] --set outputs.predictions=true
    python3 docs/results/wells.py runs/few_shot/latest low_rank 50 30 new_duffing/01 new_duffing/02
"""
import glob
import sys

import h5py
import numpy as np

bundle, run, context, k, *sessions = sys.argv[1:]
place = int(context) + int(k) - 1
print("fit", "session", "side", "trials", "r2", sep="\t")
for path in sorted(glob.glob(f"{bundle}/result/runs/{run}/*/forecast.h5")):
    with h5py.File(path) as file:
        for session in sessions:
            # In the file [trials, bins, channels]; here [channels, trials] at one bin.
            y, q = (np.asarray(file[session][name])[:, place, :].T for name in ("observed", "forecast"))
            null = y.mean(1, keepdims=True)
            side = np.linalg.svd(y, full_matrices=False)[2][0] > 0
            for name, own in (("one", side), ("other", ~side)):
                error, total = ((y - q)[:, own] ** 2).sum(), ((y - null)[:, own] ** 2).sum()
                print(path.split("/")[-2], session, name, own.sum(), f"{1 - error / total:.3f}", sep="\t")
