using System.Buffers.Binary;
using System.IO.Compression;

namespace Ccr.Tokenization.Vocabularies;

/// <summary>Reads the Brotli-compressed data files that are embedded in this assembly.</summary>
internal static class PackedResource
{
    /// <summary>The whole of one data file, unpacked. A file starts with its unpacked length (4 bytes, little endian), not compressed.</summary>
    /// <exception cref="InvalidOperationException">The assembly was built without that file.</exception>
    public static byte[] Read(string name)
    {
        using var stream = typeof(PackedResource).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly Ccr.Tokenization lacks its data file '{name}': build it again from a whole checkout.");
        Span<byte> head = stackalloc byte[4];
        stream.ReadExactly(head);
        var bytes = GC.AllocateUninitializedArray<byte>(BinaryPrimitives.ReadInt32LittleEndian(head));
        using var unpacked = new BrotliStream(stream, CompressionMode.Decompress);
        unpacked.ReadExactly(bytes);
        return bytes;
    }
}
