using System.Buffers.Binary;
using System.Numerics;

namespace Ccr.Standins.EmbeddedRedis.Persistence;

/// <summary>CRC-32C, fed piece by piece.</summary>
internal struct Checksum
{
    private uint _state;

    public Checksum() => _state = uint.MaxValue;

    public readonly uint Value => ~_state;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            _state = BitOperations.Crc32C(_state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var value in bytes)
        {
            _state = BitOperations.Crc32C(_state, value);
        }
    }
}
