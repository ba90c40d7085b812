using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Ccr.ProxyService.Attach;

/// <summary>
/// What makes two requests the same: a SHA-256 over method, address, headers and body. All headers count, the caller's key among them, but for those that differ between
/// two tries of one request: a header too many costs a second call, one too few would give a client another's answer.
/// </summary>
internal readonly record struct AttachKey(UInt128 High, UInt128 Low)
{
    private static readonly FrozenSet<string> Ignored = FrozenSet.ToFrozenSet(
    [
        // About this connection and this message.
        "Connection", "Keep-Alive", "Content-Length", "Transfer-Encoding", "Content-Encoding", "Accept-Encoding", "Expect", "Date", "TE", "Upgrade", "HTTP2-Settings",

        // What proxies in front add.
        "Via", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Real-IP",

        // Tracing, and numbers of tries (the libraries of Anthropic and OpenAI).
        "traceparent", "tracestate", "baggage", "sentry-trace", "x-request-id", "x-client-request-id", "x-amzn-trace-id", "x-stainless-retry-count", "x-stainless-read-timeout",
        "x-stainless-timeout",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>The key of a request.</summary>
    /// <param name="request">Its head.</param>
    /// <param name="body">Its body, after decompression.</param>
    public static AttachKey Of(HttpRequest request, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, request.Method);
        Add(hash, request.PathBase.Value);
        Add(hash, request.Path.Value);
        Add(hash, request.QueryString.Value);
        foreach (var (name, values) in request.Headers)
        {
            if (Ignored.Contains(name))
            {
                continue;
            }

            Add(hash, name);
            for (var i = 0; i < values.Count; i++)
            {
                Add(hash, values[i]);
            }
        }

        hash.AppendData(body);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return new(BinaryPrimitives.ReadUInt128LittleEndian(digest), BinaryPrimitives.ReadUInt128LittleEndian(digest[16..]));
    }

    /// <summary>A text and its length, so that no two rows of texts run into the same bytes.</summary>
    private static void Add(IncrementalHash hash, string? text)
    {
        text ??= "";
        var most = Encoding.UTF8.GetMaxByteCount(text.Length) + sizeof(int);
        byte[]? rented = null;
        var buffer = most <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(most);
        var length = Encoding.UTF8.GetBytes(text, buffer[sizeof(int)..]);
        BinaryPrimitives.WriteInt32LittleEndian(buffer, length);
        hash.AppendData(buffer[..(length + sizeof(int))]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
