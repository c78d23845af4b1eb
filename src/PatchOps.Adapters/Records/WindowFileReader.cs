using System.Globalization;
using System.Text;
using NodaTime;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Core.Intake;
using PatchOps.Core.Intake.Records;
using PatchOps.Core.Planning.Calendar.ICalendar;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Records;

/// <summary>Maintenance windows: iCalendar files by content, one row a series of events; tables otherwise.</summary>
/// <param name="name">Name for everything in a file; null for the events' own.</param>
internal sealed class WindowFileReader(string? name) : IRecordReader
{
    private const string Begin = "BEGIN:VCALENDAR";

    private readonly TabularReader tables = new();

    public IEnumerable<RecordRow> Read(string path, CancellationToken cancellationToken) =>
        File.Exists(path) && Encoding.UTF8.GetString(FeedContent.Head(path, FeedLimits.Default, 4096)).TrimStart().StartsWith(Begin, StringComparison.OrdinalIgnoreCase)
            ? Calendar(path, cancellationToken)
            : tables.Read(path, cancellationToken).Select(Named);

    private IEnumerable<RecordRow> Calendar(string path, CancellationToken cancellationToken)
    {
        var events = new List<CalendarEvent>();
        using (var text = new StreamReader(FeedContent.Open(path, FeedLimits.Default), Encoding.UTF8))
        {
            foreach (var entry in CalendarReader.Read(text, DateTimeZone.Utc))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (entry.Event is { } item) events.Add(item);
                else yield return InstalledRow.Bad($"{path}, {entry.Failure!.Target}", entry.Failure.Message.TrimEnd('.'));
            }
        }
        // What was moved or cancelled belongs to its series, whatever it is called.
        foreach (var series in events.Select((e, i) => (Event: e, Key: e.Uid.Length > 0 ? e.Uid : string.Create(CultureInfo.InvariantCulture, $"\n{i}")))
            .GroupBy(e => e.Key, e => e.Event, StringComparer.Ordinal))
        {
            var first = series.FirstOrDefault(e => e.Replaces is null) ?? series.First();
            var place = string.Create(CultureInfo.InvariantCulture, $"{path}, line {first.Line}");
            Failure? refused = null;
            if (CalendarWindows.ToRules(series, place, f => refused ??= f).Count == 0)
            {
                // Cancelled as a whole: nothing to keep, and nothing wrong with it.
                if (refused is not null) yield return InstalledRow.Bad(place, refused.Message.TrimEnd('.'));
                continue;
            }
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            CalendarWriter.Write(text, [.. series], NodaConstants.UnixEpoch);
            var title = first.Summary.Trim().Length > 0 ? first.Summary.Trim() : first.Uid;
            yield return new RecordRow(new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
            {
                ["Name"] = string.IsNullOrWhiteSpace(name) ? title.Length > 0 ? title : Path.GetFileNameWithoutExtension(path) : name.Trim(), ["Window"] = text.ToString(),
            }, place);
        }
    }

    private RecordRow Named(RecordRow row) => row.Failure is not null || string.IsNullOrWhiteSpace(name)
        ? row
        : row with { Values = new Dictionary<string, string?>(row.Values, StringComparer.OrdinalIgnoreCase) { ["Name"] = name.Trim() } };
}
