using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ccr.Dashboard.Web.Sources;

/// <summary>Reads the proxy's admin API. Throws <see cref="SourceException"/> with a sentence when that fails.</summary>
internal sealed class ProxySource : IDisposable
{
    /// <summary>Requests asked for: what the requests page shows when there is no Redis.</summary>
    private const int RequestLimit = 200;

    private readonly HttpClient _http;

    public ProxySource(Uri address, string? adminKey, HttpMessageHandler? handler = null)
    {
        Address = address;
        _http = new HttpClient(handler ?? new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), PooledConnectionLifetime = TimeSpan.FromMinutes(2), UseProxy = false })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(3),
            MaxResponseContentBufferSize = 16 * 1024 * 1024,
        };
        if (!string.IsNullOrEmpty(adminKey))
        {
            _http.DefaultRequestHeaders.TryAddWithoutValidation("x-api-key", adminKey);
        }
    }

    /// <summary>Where the proxy listens.</summary>
    public Uri Address { get; }

    /// <summary>Status and last requests, in at most 3 s each.</summary>
    public async Task<ProxySample> ReadAsync(CancellationToken cancellationToken)
    {
        var status = GetAsync("/api/status", DashboardJson.Default.ProxyStatus, cancellationToken);
        var requests = GetAsync($"/api/requests?limit={RequestLimit}", DashboardJson.Default.RequestPage, cancellationToken);
        await Task.WhenAll(status, requests);
        return new ProxySample(await status, (await requests).Requests?.Where(r => r is not null).ToArray() ?? []);
    }

    /// <summary>Usage since a moment (null: all that is kept by that step) by group, in all and by step.</summary>
    public Task<UsageAnswer> UsageAsync(string groupBy, DateTimeOffset? from, string interval, CancellationToken cancellationToken)
    {
        var since = from is { } at ? string.Create(CultureInfo.InvariantCulture, $"&from={at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}") : "";
        return GetAsync($"/api/usage?group_by={groupBy}{since}&interval={interval}", ProxyJson.Default.UsageAnswer, cancellationToken);
    }

    /// <summary>A page of the sessions, the ones seen last first.</summary>
    public Task<SessionPage> SessionsAsync(int offset, int limit, CancellationToken cancellationToken) =>
        GetAsync(string.Create(CultureInfo.InvariantCulture, $"/api/sessions?limit={limit}&offset={offset}"), ProxyJson.Default.SessionPage, cancellationToken);

    /// <summary>The last requests of a session, newest first.</summary>
    public Task<RequestPage> RequestsOfAsync(string session, CancellationToken cancellationToken) =>
        GetAsync($"/api/requests?limit={RequestLimit}&session={Uri.EscapeDataString(session)}", DashboardJson.Default.RequestPage, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                throw new SourceException("it refuses the dashboard's key: set CCR_ADMIN_KEY to the APIKEY of its config");
            }

            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                throw new SourceException($"it has no {path.Split('?')[0]}: it is older than this dashboard");
            }

            if (!response.IsSuccessStatusCode)
            {
                throw new SourceException($"GET {path} answered {(int)response.StatusCode}");
            }

            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(body, type, cancellationToken)
                ?? throw new SourceException($"GET {path} answered nothing");
        }
        catch (JsonException e)
        {
            throw new SourceException($"GET {path} answered something that is not its JSON", e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SourceException($"GET {path} took longer than {_http.Timeout.TotalSeconds:0} s", e);
        }
        catch (HttpRequestException e)
        {
            throw new SourceException(Describe(e), e);
        }
    }

    private static string Describe(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.ConnectionError => "nothing accepts connections there",
        HttpRequestError.NameResolutionError => "its host name is unknown",
        HttpRequestError.SecureConnectionError => "the TLS connection failed",
        _ => "the connection broke",
    };
}
