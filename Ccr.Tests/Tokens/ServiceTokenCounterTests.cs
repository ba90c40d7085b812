using System.Net;
using System.Net.Sockets;
using System.Text;
using Ccr.ProxyService.Tokens;
using Ccr.Tokenization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ccr.Tests.Tokens;

/// <summary>The proxy's side of token counting.</summary>
public sealed class ServiceTokenCounterTests
{
    private static readonly byte[] Body = """{"system":"You are brief.","messages":[{"role":"user","content":"Hello there, how are you?"}]}"""u8.ToArray();
    private static readonly long Exact = RequestTokenCounter.Count(Body, BpeEncoding.Cl100kBase).Total;
    private static readonly TokenCount Estimate = new((Body.Length + 3) / 4, TokenCountSource.Estimate);

    [Fact]
    public async Task The_service_counts_when_it_is_there()
    {
        await using var service = await TokenizerFixture.StartAsync();
        await using var proxy = await Proxy.StartAsync(service.Address.AbsoluteUri);
        await TokenizerServiceTests.Eventually(() => Task.FromResult(proxy.State.State == "connected"));
        Assert.Equal(new TokenCount(Exact, TokenCountSource.Service), await proxy.Counter.CountAsync(Body, default));
        Assert.Equal(new TokenCount(Exact, TokenCountSource.Service), await proxy.ExactCounter.CountExactlyAsync(Body, default));
    }

    [Fact]
    public async Task A_service_that_says_nothing_costs_the_limit_once_and_then_nothing()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var proxy = await Proxy.StartAsync($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");
        Assert.Equal(Estimate, await proxy.Counter.CountAsync(Body, default).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("unreachable", proxy.State.State);

        // Now nobody waits any more: the answer is there when the call returns.
        for (var i = 0; i < 100; i++)
        {
            var again = proxy.Counter.CountAsync(Body, default);
            Assert.True(again.IsCompleted);
            Assert.Equal(Estimate, await again);
        }

        Assert.Equal(new TokenCount(Exact, TokenCountSource.Local), await proxy.ExactCounter.CountExactlyAsync(Body, default));
        Assert.Single(proxy.Warnings);
        Assert.Contains("does not answer", proxy.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_comes_back_is_found_without_a_request()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        await using var proxy = await Proxy.StartAsync($"http://127.0.0.1:{port}");
        Assert.Equal(Estimate, await proxy.Counter.CountAsync(Body, default));
        Assert.Equal("unreachable", proxy.State.State);

        await using (await TokenizerFixture.StartAsync($"--urls=http://127.0.0.1:{port}"))
        {
            await TokenizerServiceTests.Eventually(() => Task.FromResult(proxy.State.State == "connected"));
            Assert.Equal(new TokenCount(Exact, TokenCountSource.Service), await proxy.Counter.CountAsync(Body, default));
        }

        Assert.Equal(Estimate, await proxy.Counter.CountAsync(Body, default));
        Assert.Equal("unreachable", proxy.State.State);
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_is_estimated_and_is_not_the_services_fault()
    {
        await using var service = await TokenizerFixture.StartAsync();
        await using var proxy = await Proxy.StartAsync(service.Address.AbsoluteUri);
        await TokenizerServiceTests.Eventually(() => Task.FromResult(proxy.State.State == "connected"));
        var bad = "no json"u8.ToArray();
        Assert.Equal(new TokenCount(2, TokenCountSource.Estimate), await proxy.Counter.CountAsync(bad, default));
        Assert.Equal(new TokenCount(2, TokenCountSource.Estimate), await proxy.ExactCounter.CountExactlyAsync(bad, default));

        // A machine that is slow for 250 ms may part them for a moment; a fault of the service would last.
        await TokenizerServiceTests.Eventually(() => Task.FromResult(proxy.State.State == "connected"));
    }

    [Fact]
    public async Task A_client_that_leaves_is_not_the_services_fault()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var proxy = await Proxy.StartAsync($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await proxy.Counter.CountAsync(Body, new CancellationToken(true)));
    }

    [Fact]
    public async Task Without_an_address_this_process_counts()
    {
        await using var proxy = await Proxy.StartAsync(null);
        Assert.Equal("in-process", proxy.State.State);
        Assert.Equal(new TokenCount(Exact, TokenCountSource.Local), await proxy.Counter.CountAsync(Body, default));
        Assert.Equal(new TokenCount(Exact, TokenCountSource.Local), await proxy.ExactCounter.CountExactlyAsync(Body, default));
        Assert.Equal(new TokenCount(2, TokenCountSource.Estimate), await proxy.Counter.CountAsync("no json"u8.ToArray(), default));
        Assert.Equal(new TokenCount(0, TokenCountSource.Estimate), await proxy.Counter.CountAsync(Array.Empty<byte>(), default));
    }

    [Fact]
    public async Task A_huge_body_is_estimated_for_routing_and_counted_for_an_exact_answer()
    {
        await using var proxy = await Proxy.StartAsync(null);
        var huge = Encoding.UTF8.GetBytes($$"""{"messages":[{"role":"user","content":"{{string.Concat(Enumerable.Repeat("some words ", 200_000))}}"}]}""");
        Assert.True(huge.Length > TokenLimits.RoutingBytes);
        Assert.Equal(TokenEstimate.Of(huge.Length), await proxy.Counter.CountAsync(huge, default));
        Assert.Equal(new TokenCount(RequestTokenCounter.Count(huge, BpeEncoding.Cl100kBase).Total, TokenCountSource.Local), await proxy.ExactCounter.CountExactlyAsync(huge, default));
    }

    [Theory]
    [InlineData("tokenizer")]
    [InlineData("ftp://tokenizer")]
    public void An_address_that_is_none_is_refused_by_name(string address)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration[TokensServiceCollectionExtensions.AddressSetting] = address;
        var error = Assert.Throws<InvalidOperationException>(builder.AddTokenCounting);
        Assert.Equal($"services:tokenizer:http:0 (environment services__tokenizer__http__0) is \"{address}\"; it must be an address such as http://localhost:5000.", error.Message);
    }

    private sealed class Proxy(IHost host, WarningLog log) : IAsyncDisposable
    {
        public ITokenCounter Counter => host.Services.GetRequiredService<ITokenCounter>();

        public IExactTokenCounter ExactCounter => host.Services.GetRequiredService<IExactTokenCounter>();

        public ITokenizerState State => host.Services.GetRequiredService<ITokenizerState>();

        public IReadOnlyList<string> Warnings => log.Warnings;

        public static async Task<Proxy> StartAsync(string? address)
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            var log = new WarningLog();
            builder.Logging.AddProvider(log);
            builder.Configuration[TokensServiceCollectionExtensions.AddressSetting] = address;
            builder.AddTokenCounting();
            var host = builder.Build();
            await host.StartAsync();
            return new Proxy(host, log);
        }

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }

    private sealed class WarningLog : ILoggerProvider, ILogger
    {
        private readonly List<string> _warnings = [];

        public IReadOnlyList<string> Warnings
        {
            get
            {
                lock (_warnings)
                {
                    return [.. _warnings];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lock (_warnings)
                {
                    _warnings.Add(formatter(state, exception));
                }
            }
        }
    }
}
