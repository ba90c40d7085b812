using System.Buffers.Binary;
using System.Collections.Frozen;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Attach;

/// <summary>
/// What makes two requests the same: a SHA-256 over method, address and headers, the caller's key among them, and over a fast hash of the body under a secret of this
/// process. All headers count but for those that differ between two tries of one request: one too many costs a second call, one too few would give a client another's answer.
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

    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    /// <summary>The key of a request.</summary>
    /// <param name="request">Its head.</param>
    /// <param name="body">Its body, after decompression.</param>
    public static AttachKey Of(HttpRequest request, ReadOnlySpan<byte> body)
    {
        var text = new PooledWriter(2048);
        try
        {
            Add(text, request.Method);
            Add(text, request.PathBase.Value);
            Add(text, request.Path.Value);
            Add(text, request.QueryString.Value);
            foreach (var (name, values) in request.Headers)
            {
                if (Ignored.Contains(name))
                {
                    continue;
                }

                Add(text, name);
                for (var i = 0; i < values.Count; i++)
                {
                    Add(text, values[i]);
                }
            }

            var end = text.GetSpan(sizeof(int) + 16);
            BinaryPrimitives.WriteInt32LittleEndian(end, body.Length);
            BinaryPrimitives.WriteUInt128LittleEndian(end[sizeof(int)..], XxHash128.HashToUInt128(body, Seed));
            text.Advance(sizeof(int) + 16);

            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(text.Written.Span, digest);
            return new(BinaryPrimitives.ReadUInt128LittleEndian(digest), BinaryPrimitives.ReadUInt128LittleEndian(digest[16..]));
        }
        finally
        {
            text.Dispose();
        }
    }

    /// <summary>A text and its length, so that no two rows of texts run into the same bytes.</summary>
    private static void Add(PooledWriter output, string? text)
    {
        text ??= "";
        var room = output.GetSpan(sizeof(int) + Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, room[sizeof(int)..]);
        BinaryPrimitives.WriteInt32LittleEndian(room, length);
        output.Advance(sizeof(int) + length);
    }
}
