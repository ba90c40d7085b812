using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ccr.ProxyService.Endpoints;

/// <summary>Our ids of requests: "req_" and 24 hex digits.</summary>
internal static class RequestIds
{
    private static readonly object Key = new();
    private static readonly uint Process = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
    private static readonly ulong Start = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private static long _count;

    /// <summary>The id of an exchange; made when first asked for.</summary>
    public static string Of(HttpContext http)
    {
        if (http.Items.TryGetValue(Key, out var known))
        {
            return (string)known!;
        }

        // Ids need to differ, not to be secret: a random beginning for each process and a number, stirred so that neighbours do not look alike.
        Span<byte> id96 = stackalloc byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(id96, Process);
        BinaryPrimitives.WriteUInt64BigEndian(id96[4..], unchecked((Start + (ulong)Interlocked.Increment(ref _count)) * 0x9E3779B97F4A7C15));
        var id = string.Concat("req_", Convert.ToHexStringLower(id96));
        http.Items[Key] = id;
        return id;
    }
}
