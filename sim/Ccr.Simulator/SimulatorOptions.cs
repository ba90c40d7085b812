namespace Ccr.Simulator;

/// <summary>Settings of a simulator within a program.</summary>
public sealed record SimulatorOptions
{
    /// <summary>Where to listen; the default is a free port on loopback.</summary>
    public string Url { get; init; } = "http://127.0.0.1:0";

    /// <summary>Where the demo text says that the real configuration goes.</summary>
    public string DemoConfigPath { get; init; } = "~/.claude-code-router/config.json";

    /// <summary>Requests that the log keeps.</summary>
    public int KeptRequests { get; init; } = 200;

    /// <summary>Seed of the dice that decide whether a behaviour with a probability acts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The clock behind all pauses; stamps always come from the machine's monotonic clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
