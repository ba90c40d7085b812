using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ccr.ProxyService.Routing.Affinity;

/// <summary>Collects what a session key is made of. Each part carries its length, so that no two sequences of parts look alike; long parts are shortened to their XxHash128.</summary>
internal ref struct KeyMaterial(Span<byte> room)
{
    /// <summary>Room for eight parts.</summary>
    public const int Size = 8 * (2 + Longest);

    private const int Longest = 128;
    private const ushort Shortened = 0xffff;

    private readonly Span<byte> _room = room;
    private int _length;

    /// <summary>Adds a text.</summary>
    public void Add(scoped ReadOnlySpan<char> text) => Add(MemoryMarshal.AsBytes(text));

    /// <summary>Adds bytes.</summary>
    public void Add(scoped ReadOnlySpan<byte> part)
    {
        if (part.Length <= Longest)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_room[_length..], (ushort)part.Length);
            part.CopyTo(_room[(_length + 2)..]);
            _length += 2 + part.Length;
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_room[_length..], Shortened);
            XxHash128.Hash(part, _room[(_length + 2)..]);
            _length += 2 + 16;
        }
    }

    /// <summary>The key of all parts.</summary>
    public readonly SessionKey ToKey()
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_room[.._length], digest);
        return SessionKey.From(digest);
    }
}
