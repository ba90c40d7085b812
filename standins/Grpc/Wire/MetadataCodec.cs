using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Metadata as header fields: bytes are base64 under keys that end in -bin, with or without padding.</summary>
internal static class MetadataCodec
{
    public static string Encode(Metadata.Entry entry) =>
        entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : entry.Value;

    /// <summary>Adds a header field to metadata, unless it belongs to the protocol.</summary>
    public static void AddField(Metadata metadata, string name, string? value)
    {
        if (value is null || GrpcHeader.IsReserved(name))
        {
            return;
        }

        if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
        {
            metadata.Add(name, value);
            return;
        }

        // Several values under one key may arrive joined by commas.
        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries))
        {
            metadata.Add(name, Decode(name, part));
        }
    }

    private static byte[] Decode(string name, string text)
    {
        var padded = (text.Length % 4) switch
        {
            2 => text + "==",
            3 => text + "=",
            _ => text,
        };
        try
        {
            return Convert.FromBase64String(padded);
        }
        catch (FormatException e)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"Metadata '{name}' is not valid base64.", e));
        }
    }
}
