namespace Ccr.Dashboard.Web.Sources;

/// <summary>The counters of one minute (UTC); null when nothing was counted in it.</summary>
internal sealed record MinuteCounters(DateTimeOffset Minute, Counters? Counters);
