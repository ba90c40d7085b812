namespace Ccr.Simulator.Serving;

/// <summary>Bytes that go out in one flush, after a wait of so many milliseconds.</summary>
internal readonly record struct Segment(int Start, int Length, int Wait);
