using System.Globalization;

namespace Ccr.Dashboard.Web;

/// <summary>Times as the person at the browser reads them. UTC, and said so, until the browser has told its offset.</summary>
internal sealed class BrowserClock
{
    private TimeSpan? _offset;

    /// <summary>True once the browser has told its offset.</summary>
    public bool IsKnown => _offset is not null;

    /// <summary>Raised when the browser has told its offset: every time shown changes.</summary>
    public event Action? Changed;

    /// <summary>Takes the browser's offset in minutes east of UTC.</summary>
    public void SetOffset(int minutesEast)
    {
        _offset = TimeSpan.FromMinutes(Math.Clamp(minutesEast, -14 * 60, 14 * 60));
        Changed?.Invoke();
    }

    /// <summary>Hour, minute, second; "—" for none.</summary>
    public string Time(DateTimeOffset? at) => Format(at, "HH:mm:ss");

    /// <summary>Hour and minute; "—" for none.</summary>
    public string Minute(DateTimeOffset? at) => Format(at, "HH:mm");

    /// <summary>Date and time; "—" for none.</summary>
    public string DateTime(DateTimeOffset? at) => Format(at, "yyyy-MM-dd HH:mm:ss");

    /// <summary>The beginning of a step of a chart. Days are those of UTC, in which they are counted.</summary>
    public string Step(DateTimeOffset at, string interval) => interval switch
    {
        "day" => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        "hour" => Format(at, "MM-dd HH:mm"),
        _ => Minute(at),
    };

    private string Format(DateTimeOffset? at, string format) => at is { } value
        ? value.ToOffset(_offset ?? TimeSpan.Zero).ToString(format, CultureInfo.InvariantCulture) + (_offset is null ? " UTC" : "")
        : "—";
}
