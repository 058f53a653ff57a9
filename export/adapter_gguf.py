"""Writing a LoRA adapter as a GGUF file that llama.cpp adds to the base at run time (`--lora`)."""

from __future__ import annotations

from pathlib import Path

from export.adapter import read_adapter
from export.checkpoint import read_config, read_tensor
from export.destination import file_for_libraries
from export.gguf import ARCHITECTURE
from export.layout import rotary_rows


def write_adapter_gguf(adapter: Path, base: Path, out: Path) -> None:
    """Write the adapter folder `adapter`, trained on `base`, to the file `out` in float32.

    llama.cpp scales by alpha / rank, so alpha is written such that this is PEFT's scale. Source of names and keys:
    llama.cpp, convert_lora_to_gguf.py. Raises ExportError for an adapter that does not fit the base.
    """
    import gguf

    lora = read_adapter(adapter, read_config(base))
    with file_for_libraries(out) as part:
        writer = gguf.GGUFWriter(part, ARCHITECTURE)
        try:
            writer.add_type(gguf.GGUFType.ADAPTER)
            writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
            writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, lora.scale * lora.rank)
            for pair in lora.pairs:
                rows = read_tensor(lora.file, pair.b)
                if pair.weight.rotary_heads is not None:
                    # Only B has the rows of the base's matrix; A's are the rank.
                    rows = rotary_rows(rows, pair.weight.rotary_heads)
                writer.add_tensor(f"{pair.weight.gguf_name}.lora_a", read_tensor(lora.file, pair.a))
                writer.add_tensor(f"{pair.weight.gguf_name}.lora_b", rows)
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
        finally:
            writer.close()
