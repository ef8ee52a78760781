"""Labelling the parts of characters by hand: the project's own tool, for pictures to train the parser on.

    python -m training.annotate FOLDER [--port 7861]                             opens a page
    python -m training.annotate FOLDER --list
    python -m training.annotate FOLDER --look STEM --out view.png [--box X0 Y0 X1 Y1]
    python -m training.annotate FOLDER --apply STEM [--look STEM --out view.png]

Labels lie in FOLDER/labels (or --labels DIR) as STEM.png, values of `pipeline.request.ClothingPart`, 255 = cannot be told,
and STEM.json, the operations that they are made by (`training.annotating`). STEM.joints.json, where there is one, tells where the
joints of the largest person are (`training.annotated.read_joints`); --look draws them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from pipeline.images import save_png
from pipeline.request import UserError
from training.annotate_view import view
from training.annotated import Folder, listed, shares


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.annotate", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="pictures")
    parser.add_argument("--labels", type=Path, metavar="DIR", help="where the labels are (default: FOLDER/labels)")
    parser.add_argument("--list", action="store_true", help="which pictures are labelled, and what is in them")
    parser.add_argument("--apply", metavar="STEM", help="make STEM.png of STEM.json")
    parser.add_argument("--look", metavar="STEM", help="draw a picture and its label, enlarged and with a grid")
    parser.add_argument("--box", type=int, nargs=4, metavar=("X0", "Y0", "X1", "Y1"), help="look at this part alone")
    parser.add_argument("--out", type=Path, default=Path("view.png"), help="of --look (default: %(default)s)")
    parser.add_argument("--port", type=int, default=7861, help="of the page (default: %(default)s)")
    options = parser.parse_args()
    folder = Folder(options.folder, options.labels or options.folder / "labels")
    try:
        if options.list:
            print("\n".join(listed(folder)))
        if options.apply:
            print(shares(folder.save(options.apply, folder.operations(options.apply))))
        if options.look:
            picture, labels = folder.picture(options.look), folder.label(options.look)
            labels = np.zeros(picture.shape[:2], np.uint8) if labels is None else labels
            save_png(view(picture, labels, options.box, folder.joints(options.look)), options.out)
        if not (options.list or options.apply or options.look):
            from training.annotate_page import serve  # gradio takes seconds to import

            serve(folder, options.port)
    except UserError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
