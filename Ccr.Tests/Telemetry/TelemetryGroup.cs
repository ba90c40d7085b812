namespace Ccr.Tests.Telemetry;

/// <summary>Tests whose listeners hear the whole process run alone: spans would change the headers of other tests' requests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TelemetryGroup
{
    public const string Name = "telemetry";
}
