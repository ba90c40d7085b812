using Grpc.Core;

namespace Ccr.TokenizerService.Telemetry;

/// <summary>What the service did since it started.</summary>
internal sealed class TokenizerMetrics
{
    private readonly MethodMetrics[] _methods = [.. Enum.GetValues<TokenizerMethod>().Select(_ => new MethodMetrics())];

    public MethodMetrics this[TokenizerMethod method] => _methods[(int)method];

    /// <summary>All methods together.</summary>
    public UsageTotals Totals
    {
        get
        {
            var sum = default(UsageTotals);
            foreach (var method in _methods)
            {
                var own = method.Totals;
                sum = new(sum.Requests + own.Requests, sum.Texts + own.Texts, sum.Bytes + own.Bytes, sum.Tokens + own.Tokens);
            }

            return sum;
        }
    }

    public void Record(TokenizerMethod method, StatusCode outcome, WorkDone work, TimeSpan duration) => this[method].Record(outcome, work, duration);
}
