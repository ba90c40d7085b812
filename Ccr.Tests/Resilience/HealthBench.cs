using System.Net;
using Ccr.Protocols.Errors;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Health;
using Ccr.ProxyService.Routing;
using Ccr.Tests.Configuration;
using Microsoft.AspNetCore.Http;

namespace Ccr.Tests.Resilience;

/// <summary>The health of two targets, "p,m" and "q,m", without any network: calls are made by hand.</summary>
internal sealed class HealthBench : IConfigStore
{
    /// <param name="provider">Settings of provider p.</param>
    /// <param name="top">Top-level settings, each with a comma behind it.</param>
    /// <param name="random">What stands for chance.</param>
    /// <param name="clock">The clock; null for one that stands still.</param>
    public HealthBench(string provider = "", string top = "", double random = 0.5, TimeProvider? clock = null)
    {
        Current = TestEnvironment.ReadValid($$"""
            { {{top}} Providers: [
                { name: 'p', api_base_url: 'http://p.example/v1', models: ['m', 'n'] {{provider}} },
                { name: 'q', api_base_url: 'http://q.example/v1', models: ['m'], api_key: 'q-key' } ],
              Router: { default: 'p,m', tiers: ['q,m'] } }
            """);
        var clockUsed = clock ?? Clock;
        Targets = new TargetHealth(new RequestRouter(this, null!, null!, null!, null!, null!, null!), clockUsed) { Random = () => random };
        P = new(Current.Providers[0], "m");
        Other = new(Current.Providers[0], "n");
        Q = new(Current.Providers[1], "m");
    }

    public HealthClock Clock { get; } = new();

    public CcrConfig Current { get; }

    public IReadOnlyList<ConfigProblem> Problems => [];

    public TargetHealth Targets { get; }

    public RouteTarget P { get; }

    /// <summary>Another model of the same provider.</summary>
    public RouteTarget Other { get; }

    public RouteTarget Q { get; }

    public ProxyCall Call(string session = "s", string? requestClass = null)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers["x-claude-code-session-id"] = session;
        if (requestClass is not null)
        {
            http.Request.Headers["x-claude-code-request-class"] = requestClass;
        }

        return new(http, ClientDialects.Anthropic, Current, "r", 0, Clock.GetUtcNow());
    }

    /// <summary>Asks, and requires the answer at once.</summary>
    public Admission Admit(RouteTarget? target = null, AdmitMode mode = AdmitMode.NoWait, ProxyCall? call = null)
    {
        var admission = Targets.AdmitAsync(target ?? P, call ?? Call(), mode, CancellationToken.None).AsTask();
        Assert.True(admission.IsCompletedSuccessfully);
        return admission.Result;
    }

    public Pass Enter(RouteTarget? target = null, AdmitMode mode = AdmitMode.NoWait)
    {
        var admission = Admit(target, mode);
        Assert.True(admission.Pass is not null, admission.Refusal?.Reason);
        return admission.Pass;
    }

    public void Succeed(RouteTarget? target = null, double seconds = 1)
    {
        var pass = Enter(target);
        Targets.FirstContent(pass, TimeSpan.FromSeconds(seconds));
        Targets.Succeeded(pass, TimeSpan.FromSeconds(seconds));
    }

    public void Fail(ErrorKind kind = ErrorKind.Server, TimeSpan? retryAfter = null, RouteTarget? target = null, AdmitMode mode = AdmitMode.NoWait) =>
        Targets.Failed(Enter(target, mode), new(kind, 500, "no") { RetryAfter = retryAfter });

    public string? Refusal(RouteTarget? target = null, AdmitMode mode = AdmitMode.NoWait)
    {
        var admission = Admit(target, mode);
        if (admission.Pass is { } pass)
        {
            Targets.Abandoned(pass);
        }

        return admission.Refusal?.Word;
    }

    public void Headers(Pass pass, params (string Name, string Value)[] headers)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.OK);
        foreach (var (name, value) in headers)
        {
            Assert.True(response.Headers.TryAddWithoutValidation(name, value));
        }

        Targets.Headers(pass, response);
    }
}
