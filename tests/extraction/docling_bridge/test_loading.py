"""Loading docling costs no more than it must, and changes nothing for others."""

import subprocess
import sys

CODE = """
import sys
from workbench.extraction.docling_bridge.reader import preload
preload()
assert "docling.pipeline.standard_pdf_pipeline" in sys.modules
heavy = {"pandas", "scipy.ndimage", "torch", "transformers"} & set(sys.modules)
assert not heavy, heavy
from docling_core.types.doc import DoclingDocument, TableCell, TableData
place = dict(start_row_offset_idx=0, end_row_offset_idx=1, start_col_offset_idx=0, end_col_offset_idx=1)
cell = TableCell(text="Menge", **place)
document = DoclingDocument(name="x")
table = document.add_table(TableData(table_cells=[cell], num_rows=1, num_cols=1))
frame = table.export_to_dataframe(document)
import pandas, scipy.ndimage
assert isinstance(frame, pandas.DataFrame)
assert pandas.Series([1, 2]).sum() == 3
"""


def test_docling_is_loaded_without_pandas_and_scipy_and_leaves_them_usable():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
