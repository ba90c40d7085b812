namespace Ccr.Standins.EmbeddedRedis.Persistence;

/// <summary>
/// The form of a snapshot, version 1. All integers are little endian; "bytes" is a 32-bit length and that many bytes.
/// <code>
/// file     = "CCRREDIS" version:u32 record* end
/// record   = kind:u8 database:u8 expiry:i64 (Unix ms, -1 never) key:bytes body
/// body     = string (1): encoding:u8 (0 as stored, 1 computed text, 2 built in place) bytes
///          | hash (2), list (3), set (4): count:u32 then field and value, item, or member, each bytes
///          | sorted set (5): count:u32 then member:bytes score:f64
///          | stream (6): last id, greatest deleted id (u64 u64 each), added:i64, count:u32 then id, count:u32, bytes...
/// end      = 255:u8 records:u64 checksum:u32 (CRC-32C of everything before it)
/// </code>
/// </summary>
internal static class SnapshotFormat
{
    public const uint Version = 1;
    public const byte String = 1;
    public const byte Hash = 2;
    public const byte List = 3;
    public const byte Set = 4;
    public const byte SortedSet = 5;
    public const byte Stream = 6;
    public const byte End = 255;

    public static ReadOnlySpan<byte> Magic => "CCRREDIS"u8;
}
