using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;

namespace Ccr.ProxyService.Usage;

/// <summary>
/// The form of a spool file: a line with the head, which holds a digest of the rest, then a line of JSON for each unit. A file that was torn, or
/// that another version with other counters wrote, does not read as one.
/// </summary>
internal static class SpoolFormat
{
    private const int Version = 1;

    // What the head may take of the limit.
    private const int HeadLimit = 4096;

    /// <summary>The whole file, or as many of the units as <paramref name="limit"/> bytes hold; <paramref name="dropped"/> is how many it does not.</summary>
    public static (byte[] Head, ReadOnlyMemory<byte> Body) Write(string instance, IEnumerable<SpoolUnit> units, DateTimeOffset now, long limit, out int dropped)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        dropped = 0;
        foreach (var unit in units)
        {
            var line = JsonSerializer.SerializeToUtf8Bytes(unit, SpoolJson.Default.SpoolUnit);
            if (body.WrittenCount + line.Length + 1 > limit - HeadLimit)
            {
                dropped++;
                continue;
            }

            body.Write(line);
            body.Write("\n"u8);
        }

        var head = new SpoolHead(Version, instance, SessionFields.Counters, now.UtcDateTime, Convert.ToHexStringLower(SHA256.HashData(body.WrittenSpan)));
        return ([.. JsonSerializer.SerializeToUtf8Bytes(head, SpoolJson.Default.SpoolHead), (byte)'\n'], body.WrittenMemory);
    }

    /// <summary>The units of a file, as units that may have been sent before; false with the reason when it is not a whole one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, string instance, out List<RedisUnit> units, [NotNullWhen(false)] out string? reason)
    {
        units = [];
        try
        {
            var end = file.IndexOf((byte)'\n');
            var head = end < 0 ? null : JsonSerializer.Deserialize(file[..end], SpoolJson.Default.SpoolHead);
            reason = head is null ? "its first line is torn"
                : head.Version != Version || head.Fields is null || !head.Fields.SequenceEqual(SessionFields.Counters) ? "another version of ccr wrote it"
                : head.Instance != instance ? "it is of another instance than its name says"
                : head.Sha256 != Convert.ToHexStringLower(SHA256.HashData(file[(end + 1)..])) ? "its digest is wrong, so it is torn or was changed"
                : null;
            if (reason is not null)
            {
                return false;
            }

            var rest = file[(end + 1)..];
            while ((end = rest.IndexOf((byte)'\n')) >= 0)
            {
                if (JsonSerializer.Deserialize(rest[..end], SpoolJson.Default.SpoolUnit)?.Restore(instance) is not { } unit)
                {
                    reason = "one of its units is none";
                    return false;
                }

                units.Add(unit);
                rest = rest[(end + 1)..];
            }

            return true;
        }
        catch (JsonException e)
        {
            reason = e.Message;
            return false;
        }
    }
}
