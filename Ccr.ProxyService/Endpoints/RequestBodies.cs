using System.IO.Compression;

namespace Ccr.ProxyService.Endpoints;

/// <summary>Reads request bodies, also compressed ones. The limit is that of the bytes after decompression, so that a small body cannot become a huge one.</summary>
internal static class RequestBodies
{
    /// <summary>What Content-Encoding may name.</summary>
    public const string Accepted = "gzip, deflate, br, identity";

    /// <summary>Reads the whole body.</summary>
    /// <exception cref="RequestBodyException">It is too large, or encoded in a way that is not understood.</exception>
    public static async Task<PooledBody> ReadAsync(HttpRequest request, long limit, CancellationToken cancellationToken)
    {
        var encodings = request.Headers.ContentEncoding.ToString();
        var tooLarge = new RequestBodyException(413, "request_too_large", $"The body is larger than {limit} bytes; MAX_BODY_BYTES in the configuration sets the limit.");
        if (encodings.Length == 0)
        {
            return await PooledBody.ReadAsync(request.Body, request.ContentLength, limit, cancellationToken).ConfigureAwait(false) ?? throw tooLarge;
        }

        var stream = Decoded(request, encodings);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                return await PooledBody.ReadAsync(stream, null, limit, cancellationToken).ConfigureAwait(false) ?? throw tooLarge;
            }
            catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
            {
                // Brotli says the latter.
                throw new RequestBodyException(400, "invalid_request_error", $"The body is not what its Content-Encoding '{Shown(encodings)}' says.");
            }
        }
    }

    /// <summary>The body without its encodings; of several the last was applied last, and is undone first.</summary>
    private static Stream Decoded(HttpRequest request, string encodings)
    {
        var stream = request.Body;
        foreach (var encoding in encodings.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            stream = encoding.ToUpperInvariant() switch
            {
                "GZIP" or "X-GZIP" => new GZipStream(stream, CompressionMode.Decompress),
                "DEFLATE" => new ZLibStream(stream, CompressionMode.Decompress),
                "BR" => new BrotliStream(stream, CompressionMode.Decompress),
                "IDENTITY" => stream,
                _ => throw Unsupported(request, encoding),
            };
        }

        return stream;
    }

    private static RequestBodyException Unsupported(HttpRequest request, string encoding)
    {
        request.HttpContext.Response.Headers.AcceptEncoding = Accepted;
        return new(415, "invalid_request_error", $"Content-Encoding '{Shown(encoding)}' is not understood; send one of {Accepted}, or the body as it is.");
    }

    private static string Shown(string header) => header.Length <= 60 ? header : header[..60];
}
