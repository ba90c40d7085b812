namespace Ccr.Dashboard.Web.Components.Parts;

/// <summary>One step of a chart over time.</summary>
/// <param name="Label">When.</param>
/// <param name="Value">What was counted.</param>
/// <param name="Failed">Of that: failed; drawn in its own color.</param>
public sealed record TimeBar(string Label, decimal Value, decimal Failed);
