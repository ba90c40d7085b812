using System.Net.Sockets;

namespace Ccr.ProxyService.Cli;

/// <summary>Asks a ccr whether it is well.</summary>
internal static class HealthProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>GET /health.</summary>
    /// <returns>Whether it answered with success, and the words for a person.</returns>
    public static async Task<(bool IsHealthy, string Words)> AskAsync(Uri address, CancellationToken cancellationToken)
    {
        // A proxy of the environment must not be asked for this machine's own services.
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = Limit }) { Timeout = Limit };
        try
        {
            using var response = await client.GetAsync(new Uri(address, "/health"), cancellationToken);
            return (response.IsSuccessStatusCode, response.IsSuccessStatusCode ? "healthy" : $"/health answers HTTP {(int)response.StatusCode}");
        }
        catch (HttpRequestException fault)
        {
            var refused = fault.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
            return (false, refused ? "nothing listens there" : $"/health does not answer: {fault.GetBaseException().Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, $"/health does not answer within {Limit.TotalSeconds:0} s");
        }
    }
}
