// Which way up a photo is: the orientation tag (0x0112) of the EXIF block in a JPEG's APP1 segment, a PNG's
// eXIf chunk or a WebP's EXIF chunk. Layout (EXIF 2.3, section 4.5): "Exif\0\0", a TIFF header ("II" or "MM",
// 42, offset of IFD0), then IFD0: a count and 12 bytes per entry (tag, type, count, value). Offsets are from
// the TIFF header. In the chunks the block begins with the TIFF header.
#pragma once
#include <cstdint>
#include <span>

#include "data/image.h"

namespace dg {

/// The orientation 1..8 in the bytes of an APP1 segment (without its marker and length). 0 if the segment is
/// not EXIF. EXIF without a readable orientation gives 1. Never reads outside the span, whatever the bytes
/// are.
int exif_orientation(std::span<const std::uint8_t> app1);

/// The orientation 1..8 in the data of an eXIf or EXIF chunk, with or without the six bytes "Exif\0\0", which
/// some programs leave before the TIFF header. 1 where none is readable.
int exif_chunk_orientation(std::span<const std::uint8_t> chunk);

/// The image turned upright: orientation 1 as it is, 2 mirrored, 3 turned by 180 degrees, 4 flipped, 5
/// transposed, 6 turned clockwise, 7 transposed along the other diagonal, 8 turned anticlockwise. 5..8 swap
/// width and height.
Image upright(Image image, int orientation);

}  // namespace dg
