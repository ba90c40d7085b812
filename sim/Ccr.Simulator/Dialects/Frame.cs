namespace Ccr.Simulator.Dialects;

/// <summary>One event within the bytes of a <see cref="FrameWriter"/>.</summary>
internal readonly record struct Frame(FrameKind Kind, int Start, int Length);
