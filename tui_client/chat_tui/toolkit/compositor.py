"""A culling compositor: a repaint asks only those widgets that are seen in it.

Textual asks every widget on the screen, whatever is to be repainted: header, roster and key bar with each frame of the
message list, and all containers behind it, whose cells the list covers.
"""

from collections.abc import Iterable

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip


class CullingCompositor(Compositor):
    """Leaves out what is outside the repainted regions or behind one widget; what is drawn is the same.

    Stock, of several regions only the one around all of them counts: a letter and the list above it, due together,
    would repaint all there is.
    """

    _repainted: tuple[Region, ...] = ()

    def render_partial_update(self) -> ChopsUpdate | None:
        """Render what is dirty."""
        self._repainted = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._repainted = ()

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        repainted = self._repainted or (crop or self.size.region,)
        in_front: list[Region] = []
        for widget, (region, clip) in self.visible_widgets.items():  # those in front come first
            shown = region.intersection(clip)
            seen = [part for one in repainted if (part := shown.intersection(one))]
            if all(any(front.contains_region(part) for front in in_front) for part in seen):
                continue
            strips = widget.render_lines(shown.translate(-region.offset))
            if len(strips) >= shown.height:
                in_front.append(shown)
            yield region, clip, strips
