#!/usr/bin/env python3
"""Decodes a data set once into a cache folder that training maps into memory."""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from zynqtrain import dataset  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--gtsrb", metavar="DIR", help="folder with train-CC.tar")
    source.add_argument("--csv", metavar="LIST", help="CSV with the columns file,class[,group]")
    source.add_argument("--folder", metavar="DIR", help="one sub-folder per class")
    source.add_argument("--scenes", metavar="DIR", nargs="+",
                        help="outputs of `zynqnetd scene dump --size SIZE`; of several, frames are taken in turn")
    parser.add_argument("--root", default=".", help="where the CSV's files lie")
    parser.add_argument("--size", type=int, default=80, help="pixels each way")
    parser.add_argument("--mode", choices=("cover", "squash"), default="cover", help="how a photograph fits the square")
    parser.add_argument("-o", "--output", required=True, metavar="CACHE")
    options = parser.parse_args()
    if options.gtsrb:
        samples = dataset.read_gtsrb(options.gtsrb, options.size, options.mode)
    elif options.csv:
        samples = dataset.read_csv(options.csv, options.root, options.size, options.mode)
    elif options.scenes:
        samples = dataset.in_turn([dataset.read_scenes(folder, options.size) for folder in options.scenes])
    else:
        samples = dataset.read_folder(options.folder, options.size, options.mode)
    print(f"{dataset.write_cache(samples, options.output)} images in {options.output}")


if __name__ == "__main__":
    main()
