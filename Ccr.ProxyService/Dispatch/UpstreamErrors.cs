using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using Ccr.Protocols.Errors;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Dispatch;

/// <summary>What went wrong between us and a provider, in neutral terms.</summary>
internal static class UpstreamErrors
{
    private const int LongestErrorBody = 256 * 1024;

    /// <summary>Reads an answer that is no success; at most 256 KiB of it.</summary>
    public static async Task<(ProviderError Error, byte[] Body)> ReadAsync(HttpResponseMessage response, ProviderConfig provider, ProviderKey key, TimeProvider time, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var body = WithoutKey(await ReadBodyAsync(stream, LongestErrorBody, cancellationToken).ConfigureAwait(false), key.Secret);
        return (ProviderErrorReader.Read((int)response.StatusCode, body, RetryAfter(response, time), provider.Name), body);
    }

    /// <summary>Blots out the provider's key: some servers repeat it when they refuse it.</summary>
    private static byte[] WithoutKey(byte[] body, string? key)
    {
        if (key is null || key.Length < 8 || body.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(key)) < 0)
        {
            return body;
        }

        return System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(body).Replace(key, "***", StringComparison.Ordinal));
    }

    /// <summary>Reads a whole body up to a limit; what lies beyond is not read.</summary>
    public static async Task<byte[]> ReadBodyAsync(Stream stream, long limit, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(16 * 1024);
        while (body.WrittenCount < limit)
        {
            var read = await stream.ReadAsync(body.GetMemory(8 * 1024), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            body.Advance(read);
        }

        return body.WrittenSpan.ToArray();
    }

    /// <summary>Whether an exception is about the connection, its time limit or its cancellation.</summary>
    public static bool IsTransport(Exception e) => e is HttpRequestException or IOException or OperationCanceledException or SocketException or UriFormatException;

    /// <summary>Names such an exception: the client left, we stop, nothing came in time, or the connection failed.</summary>
    public static AttemptOutcome Outcome(Exception e, AttemptClock clock, ProviderConfig provider, bool committed)
    {
        if (clock.IsClientGone)
        {
            return AttemptOutcome.Abandoned;
        }

        if (clock.IsShutdown)
        {
            return new(new(ErrorKind.Overloaded, 0, "The router is stopping; ask again.") { Code = "shutting_down" }, committed);
        }

        if (e is OperationCanceledException)
        {
            return new(new(ErrorKind.Timeout, 0, $"{provider.Name} sent nothing within its time limit.") { Code = "timeout" }, committed);
        }

        return new(new(ErrorKind.Transport, 0, Describe(e, provider)) { Code = "transport" }, committed);
    }

    /// <summary>Sends what is buffered if the client is still there.</summary>
    public static async Task TryFlushAsync(HttpContext http)
    {
        try
        {
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (IsTransport(e))
        {
            // The client left meanwhile; there is nobody to tell.
        }
    }

    private static string Describe(Exception e, ProviderConfig provider)
    {
        var host = provider.BaseUrl.Authority;
        return e switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => $"The host {host} of {provider.Name} cannot be found; check api_base_url and the network.",
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => $"No secure connection to {host} of {provider.Name}: {e.InnerException?.Message ?? e.Message}",
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => $"No connection to {host} of {provider.Name}: {e.InnerException?.Message ?? e.Message}",
            _ => $"The connection to {host} of {provider.Name} broke.",
        };
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        if (response.Headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is >= 0 and < 86_400_000)
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

        var header = response.Headers.RetryAfter;
        return header?.Delta ?? (header?.Date is { } date && date > time.GetUtcNow() ? date - time.GetUtcNow() : null);
    }
}
