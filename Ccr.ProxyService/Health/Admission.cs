namespace Ccr.ProxyService.Health;

/// <summary>Whether a target may be asked: a pass, or the reason why not.</summary>
internal readonly record struct Admission(Pass? Pass, Refusal? Refusal);
