using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;

namespace Ccr.Tests.Grpc;

/// <summary>One gRPC call written by hand, to see exactly what comes back.</summary>
internal sealed record RawCall(HttpStatusCode Code, Version Version, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, byte[] Body, HttpResponseHeaders Trailers)
{
    public const string Unary = "/ccr.test.v1.Echo/Unary";

    /// <summary>Sends a body and reads everything; a header with a null value is left out.</summary>
    public static async Task<RawCall> SendAsync(Uri address, string path, byte[] body, string? contentType = "application/grpc", HttpMethod? method = null, Version? version = null, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, new Uri(address, path))
        {
            Version = version ?? HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (request.Method == HttpMethod.Post)
        {
            request.Content = new ByteArrayContent(body);
            if (contentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            }
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var response = await client.SendAsync(request, timeout.Token);
        return new RawCall(response.StatusCode, response.Version, response.Headers, response.Content.Headers, await response.Content.ReadAsByteArrayAsync(timeout.Token), response.TrailingHeaders);
    }

    /// <summary>A frame around a payload.</summary>
    public static byte[] Frame(byte[] payload, bool compressed = false, int? length = null)
    {
        var frame = new byte[5 + payload.Length];
        frame[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length ?? payload.Length);
        payload.CopyTo(frame, 5);
        return frame;
    }

    /// <summary>The value of a response header; null when there is none.</summary>
    public string? Header(string name) => Value(Headers, name) ?? Value(ContentHeaders, name);

    /// <summary>The value of a trailer; null when there is none.</summary>
    public string? Trailer(string name) => Value(Trailers, name);

    private static string? Value(HttpHeaders headers, string name) => headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
