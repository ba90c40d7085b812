namespace Ccr.Simulator.Serving;

/// <summary>
/// Makes the server cut the connection: an exception behind a begun response closes it without the response's end, and only after
/// everything that was flushed has gone out. (Aborting the request could overtake it.)
/// </summary>
internal sealed class CutException() : Exception("The script asked for a cut.");
