namespace Ccr.Simulator.Dialects;

/// <summary>What an event is for; faults and pauses go by it.</summary>
internal enum FrameKind
{
    /// <summary>Begins or ends a part of the answer.</summary>
    Structure,

    /// <summary>A delta: text, thinking, arguments. Pauses come before these.</summary>
    Content,

    /// <summary>Says why the answer ended, or what it used.</summary>
    End,

    /// <summary>The protocol's last event.</summary>
    Done,
}
