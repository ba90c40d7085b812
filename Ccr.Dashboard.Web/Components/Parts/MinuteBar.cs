namespace Ccr.Dashboard.Web.Components.Parts;

/// <summary>One minute of the chart.</summary>
/// <param name="Label">The time of day.</param>
/// <param name="Value">What was counted.</param>
/// <param name="Failed">Of that: failed; drawn in its own color.</param>
public sealed record MinuteBar(string Label, long Value, long Failed);
