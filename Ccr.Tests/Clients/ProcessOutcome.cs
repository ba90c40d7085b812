namespace Ccr.Tests.Clients;

/// <summary>How a program ended and what it wrote.</summary>
internal sealed record ProcessOutcome(int ExitCode, bool TimedOut, string Output, string Error);
