"""A repaint asks only those widgets that are seen in it.

Textual asks every widget on the screen, whatever is to be repainted: header, roster and key bar with each frame of the
message list, and all containers behind it, whose cells the list covers.
"""

from collections.abc import Iterable

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class FrontCompositor(Compositor):
    """Leaves out what is outside the repainted region or behind one widget; what is drawn is the same."""

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        repainted = crop or self.size.region
        in_front: list[Region] = []
        for widget, (region, clip) in self.visible_widgets.items():  # those in front come first
            shown = region.intersection(clip)
            seen = shown.intersection(repainted)
            if not seen or any(front.contains_region(seen) for front in in_front):
                continue
            strips = widget.render_lines(shown.translate(-region.offset))
            if len(strips) >= shown.height:
                in_front.append(shown)
            yield region, clip, strips
