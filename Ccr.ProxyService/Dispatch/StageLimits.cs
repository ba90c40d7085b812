using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Dispatch;

/// <summary>How long each stage of one attempt may last.</summary>
internal readonly record struct StageLimits(TimeSpan Headers, TimeSpan FirstEvent, TimeSpan Idle, TimeSpan? FirstContent, TimeSpan? Total)
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan UsualFirstContent = TimeSpan.FromSeconds(300);

    /// <summary>The limits for a target: its tier's, its provider's, the file's, the defaults; none longer than API_TIMEOUT_MS.</summary>
    public static StageLimits For(CcrConfig config, RouteTarget target, bool isStream)
    {
        var set = config.Router.RetryOf(target).Timeouts.Over(target.Provider.Timeouts).Over(config.Timeouts);
        var most = config.ApiTimeout;
        if (!isStream)
        {
            // A whole answer comes when the model is done: nothing can be said of its parts.
            return new(most, most, most, null, set.Total);
        }

        return new(
            Least(set.ResponseHeaders ?? Usual, most),
            Least(set.FirstEvent ?? Usual, most),
            Least(set.Idle ?? Usual, most),
            set.FirstContent ?? UsualFirstContent,
            set.Total);
    }

    /// <summary>The limit of a stage.</summary>
    public TimeSpan Of(AttemptStage stage) => stage switch
    {
        AttemptStage.Headers => Headers,
        AttemptStage.FirstEvent => FirstEvent,
        _ => Idle,
    };

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
