using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Ccr.Tests.Proxy;

/// <summary>A provider that answers exactly what a test says, and remembers exactly what it was asked.</summary>
internal sealed class ScriptedUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ScriptedReply> _replies = new();
    private readonly ConcurrentQueue<Seen> _seen = new();
    private ScriptedReply _last = ScriptedReply.Json("{}");

    private ScriptedUpstream(WebApplication app) => _app = app;

    public Uri BaseAddress { get; private set; } = null!;

    /// <summary>What came in since the last <see cref="Answer"/>.</summary>
    public IReadOnlyList<Seen> Requests => [.. _seen];

    public Seen Single => Assert.Single(_seen);

    public static async Task<ScriptedUpstream> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static o =>
        {
            o.AddServerHeader = false;
            o.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        var upstream = new ScriptedUpstream(app);
        app.Run(upstream.HandleAsync);
        await app.StartAsync();
        upstream.BaseAddress = new Uri(app.Urls.First());
        return upstream;
    }

    /// <summary>The answers to the next requests, in order; the last one stays. Forgets what was asked.</summary>
    public void Answer(params ScriptedReply[] replies)
    {
        _replies.Clear();
        _seen.Clear();
        foreach (var reply in replies)
        {
            _replies.Enqueue(reply);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        _seen.Enqueue(new(target, http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), Encoding.UTF8.GetString(body.ToArray())));
        var reply = _replies.TryDequeue(out var next) ? _last = next : _last;
        using var leaving = reply.Left is null ? default : http.RequestAborted.Register(() => reply.Left.TrySetResult());
        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = reply.ContentType;
        foreach (var (name, value) in reply.Headers)
        {
            http.Response.Headers[name] = value;
        }

        if (reply.Sized)
        {
            http.Response.ContentLength = reply.Writes.Sum(w => w.Length);
        }

        await http.Response.StartAsync();
        if (reply.Writes.Count == 0 || reply.BeforeLast is not null)
        {
            // The head goes out by itself only when it is flushed.
            await http.Response.Body.FlushAsync();
        }

        for (var i = 0; i < reply.Writes.Count; i++)
        {
            if (i == reply.Writes.Count - 1 && reply.BeforeLast is { } wait)
            {
                await wait;
            }

            if (i == 1 && reply.BeforeSecond is { } second)
            {
                await second;
            }

            await http.Response.Body.WriteAsync(reply.Writes[i]);
            await http.Response.Body.FlushAsync();
        }

        if (reply.Cuts)
        {
            http.Abort();
        }
    }

    /// <summary>A request as it came in.</summary>
    internal sealed record Seen(string Target, Dictionary<string, string> Headers, string Body)
    {
        public JsonElement Json => JsonDocument.Parse(Body).RootElement;
    }
}
