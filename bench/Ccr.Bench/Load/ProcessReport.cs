namespace Ccr.Bench.Load;

/// <summary>What a process used during a load.</summary>
/// <param name="CpuSeconds">User and system time.</param>
/// <param name="RssStartMb">Resident memory before.</param>
/// <param name="RssEndMb">Resident memory after.</param>
/// <param name="RssPeakMb">The largest resident memory seen in samples 100 ms apart.</param>
internal sealed record ProcessReport(double CpuSeconds, double RssStartMb, double RssEndMb, double RssPeakMb);
