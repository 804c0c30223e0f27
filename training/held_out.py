#!/usr/bin/env python3
"""Writes the photographs of GTSRB that training holds out, and list.csv, for `zynqnetd eval --list`."""
import argparse
import csv
import os
import sys
import tarfile

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from zynqtrain import dataset  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gtsrb", required=True, metavar="DIR", help="folder with train-CC.tar")
    parser.add_argument("-o", "--output", required=True, metavar="DIR")
    options = parser.parse_args()
    members = list(dataset.gtsrb_members(options.gtsrb))
    labels = np.asarray([label for _, _, label, _ in members])
    groups = np.asarray([group for *_, group in members])
    _, held = dataset.split_by_group(labels, groups)
    os.makedirs(options.output, exist_ok=True)
    wanted = {(members[i][0], members[i][1]) for i in held}
    for archive in sorted({archive for archive, _ in wanted}):
        with tarfile.open(archive) as tar:
            for name in sorted(name for own, name in wanted if own == archive):
                with open(os.path.join(options.output, os.path.basename(name)), "wb") as stream:
                    stream.write(tar.extractfile(name).read())
    with open(os.path.join(options.output, "list.csv"), "w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "class"])
        writer.writerows([os.path.basename(members[i][1]), members[i][2]] for i in held)
    print(f"{len(held)} of {len(members)} photographs in {options.output}")


if __name__ == "__main__":
    main()
