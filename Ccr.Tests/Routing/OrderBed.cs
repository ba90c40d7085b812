using System.Text;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Routing.Affinity;
using Ccr.ProxyService.Routing.Order;
using Ccr.ProxyService.Usage;
using Ccr.Tests.Configuration;
using Microsoft.AspNetCore.Http;

namespace Ccr.Tests.Routing;

/// <summary>The order and affinity of targets a to d without a proxy around them; the test says what is known of each target.</summary>
internal sealed class OrderBed : ITargetFacts, ITargetPrices
{
    public OrderBed(string order = "latency", string more = "", ISharedBindings? share = null, Random? random = null)
    {
        Config = TestEnvironment.ReadValid($$"""
            { {{more}} Providers: [
                { name: 'a', api_base_url: 'https://a.example', models: ['m'], weight: 0 }, { name: 'b', api_base_url: 'https://b.example', models: ['m'], weight: 3 },
                { name: 'c', api_base_url: 'https://c.example/responses', models: ['m'] }, { name: 'd', api_base_url: 'https://d.example', models: ['m'] } ],
              Router: { default: 'a,m', tiers: ['b,m', 'c,m', 'd,m'], order: '{{order}}' } }
            """);
        Targets = new RouteTable(Config).For(Scenario.Default)!;
        Table = new(Counters, Clock);
        Affinity = new(Table, this, Counters, Clock, share is null ? [] : [share]);
        Order = new(this, this, Affinity, random ?? new Random(1));
    }

    public CcrConfig Config { get; }

    public RouteTarget[] Targets { get; }

    public MovableClock Clock { get; } = new();

    public AffinityCounters Counters { get; } = new();

    public AffinityTable Table { get; }

    public SessionAffinity Affinity { get; }

    public TargetOrder Order { get; }

    public Dictionary<string, TargetFacts> Facts { get; } = [];

    public Dictionary<string, decimal> Prices { get; } = [];

    public TargetFacts Of(string target) => Facts.GetValueOrDefault(target[..1], TargetFacts.Untried);

    public decimal? InputPrice(RouteTarget target) => Prices.TryGetValue(target.Name[..1], out var price) ? price : null;

    public void Measure(string target, double seconds, int samples = 5) => Facts[target] = new(seconds, samples, 0, true, false);

    public void Break(string target) => Facts[target] = Of(target) with { IsUsable = false };

    /// <summary>The order for one request, as letters.</summary>
    public string Arrange(string scenario = Scenario.Default) => Letters(Arrange(Call(), scenario));

    public RouteDecision Arrange(ProxyCall call, string scenario = Scenario.Default)
    {
        var decision = new RouteDecision(scenario, "because", Targets, null) { Steps = [new("default", true, "because")] };
        var recognised = Affinity.RecogniseAsync(call, decision, CancellationToken.None);
        Assert.True(recognised.IsCompletedSuccessfully);
        return call.Decision = Order.Arrange(decision, call);
    }

    /// <summary>Sends a request of a session, which is answered by <paramref name="by"/> or by the first in order, after those before it failed.</summary>
    public RouteDecision Ask(string? session, string? by = null, string key = "key-1", string scenario = Scenario.Default)
    {
        var call = Call(session);
        var decision = Arrange(call, scenario);
        foreach (var target in decision.Targets)
        {
            var isIt = by is null || target.Name.StartsWith(by, StringComparison.Ordinal);
            call.Attempts.Add(new(target.Provider.Name, target.Model, isIt ? 200 : 500, isIt ? null : "server", TimeSpan.Zero));
            if (isIt)
            {
                Affinity.Served(call, target, new(key, null));
                break;
            }
        }

        return decision;
    }

    public ProxyCall Call(string? session = null, string body = "{}", ClientDialect? client = null, Action<HttpRequest>? change = null)
    {
        var http = new DefaultHttpContext();
        if (session is not null)
        {
            http.Request.Headers["x-claude-code-session-id"] = session;
        }

        change?.Invoke(http.Request);
        var call = new ProxyCall(http, client ?? ClientDialects.Anthropic, Config, "r", 0, default);
        call.Own(PooledBody.Of(Encoding.UTF8.GetBytes(body)));
        return call;
    }

    public static string Letters(RouteDecision decision) => string.Concat(decision.Targets.Select(t => t.Name[0]));
}
