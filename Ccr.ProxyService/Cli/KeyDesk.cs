using System.Net;
using System.Text;
using System.Text.Json;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccr.ProxyService.Cli;

/// <summary>Where keys are managed: a running router's /api/keys, or the files of a router that does not run.</summary>
internal abstract class KeyDesk : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The desk of a running router.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="configPath">The configuration it was started with; null looks in the usual places.</param>
    public static KeyDesk Of(Uri address, string? configPath)
    {
        // This machine's own router asks for no key.
        var needsKey = !(IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) ? IPAddress.IsLoopback(ip) : address.IsLoopback);
        var key = needsKey ? ConfigLocation.Find(configPath, Environment.GetEnvironmentVariable).Load(Environment.GetEnvironmentVariable).Config?.ApiKey : null;
        return new Router(address, key);
    }

    /// <summary>The desk of the user's own files.</summary>
    public static KeyDesk OfFiles() => new Files(new KeyFolder(CcrHome.Folder(Environment.GetEnvironmentVariable), TimeProvider.System));

    /// <summary>All keys.</summary>
    public abstract Task<KeyListReport> ListAsync(CancellationToken cancellationToken);

    /// <summary>Does to a key what the method means at /api/keys/PATH.</summary>
    public abstract Task<KeyReport> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    private sealed class Router(Uri address, string? apiKey) : KeyDesk
    {
        // A proxy of the environment must not be asked for this machine's own services.
        private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = Limit }) { Timeout = Limit };

        public override async Task<KeyListReport> ListAsync(CancellationToken cancellationToken) =>
            JsonSerializer.Deserialize(await AskAsync(HttpMethod.Get, "", null, cancellationToken), KeyJson.Default.KeyListReport) ?? throw new JsonException("null");

        public override async Task<KeyReport> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
        {
            var slash = path.EndsWith("/rotate", StringComparison.Ordinal) ? path.Length - "/rotate".Length : path.Length;
            var escaped = path.Length == 0 ? "" : "/" + Uri.EscapeDataString(path[..slash]) + path[slash..];
            return JsonSerializer.Deserialize(await AskAsync(method, escaped, body, cancellationToken), KeyJson.Default.KeyReport) ?? throw new JsonException("null");
        }

        public override void Dispose()
        {
            _client.Dispose();
            base.Dispose();
        }

        private async Task<byte[]> AskAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
        {
            using var request = new HttpRequestMessage(method, new Uri(address, "/api/keys" + path));
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            if (apiKey is not null)
            {
                request.Headers.TryAddWithoutValidation("x-api-key", apiKey);
            }

            using var response = await _client.SendAsync(request, cancellationToken);
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return response.IsSuccessStatusCode ? bytes : throw new KeyInputException((int)response.StatusCode, Message(bytes) ?? $"the router answers HTTP {(int)response.StatusCode}");
        }

        private static string? Message(byte[] body)
        {
            try
            {
                using var document = JsonDocument.Parse(body);
                return document.RootElement.GetProperty("error").GetProperty("message").GetString() is { } text ? Shown.Plain(text, 500) : null;
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                return null;
            }
        }
    }

    private sealed class Files : KeyDesk
    {
        private readonly FileKeyStore _store;
        private readonly KeyAdmin _admin;

        public Files(KeyFolder folder)
        {
            _store = new(folder, new KeyRing(), TimeProvider.System, NullLogger<FileKeyStore>.Instance);
            _admin = new(_store, (_, _) => Task.FromResult(LocalBooks.Read(folder, TimeProvider.System.GetUtcNow())), TimeProvider.System);
        }

        public override Task<KeyListReport> ListAsync(CancellationToken cancellationToken) => _admin.ListAsync(cancellationToken);

        public override async Task<KeyReport> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
        {
            using var document = JsonDocument.Parse(body ?? "{}");
            return method == HttpMethod.Get ? await _admin.ShowAsync(path, cancellationToken)
                : method == HttpMethod.Delete ? await _admin.DeleteAsync(path, cancellationToken)
                : method == HttpMethod.Patch ? await _admin.UpdateAsync(path, document.RootElement, cancellationToken)
                : path.Length == 0 ? await _admin.CreateAsync(document.RootElement, cancellationToken)
                : await _admin.RotateAsync(path[..^"/rotate".Length], cancellationToken);
        }

        public override void Dispose()
        {
            _store.Dispose();
            base.Dispose();
        }
    }
}
