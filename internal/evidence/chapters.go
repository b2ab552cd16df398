package evidence

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/scenario"
)

// A chapter is a step's part of the video.
type chapter struct {
	from, to time.Duration
	title    string
}

// chapters follow each other from the run's start: each ends when its step got
// its verdict. Steps that nobody saw have none.
func chapters(v *view) []chapter {
	var steps []stepView
	for _, s := range v.Steps {
		if s.Kind == scenario.KindLimit || s.Left || s.At == "" {
			continue
		}
		steps = append(steps, s)
	}
	slices.SortStableFunc(steps, func(a, b stepView) int { return cmp.Compare(a.StepState.At.UnixNano(), b.StepState.At.UnixNano()) })
	var out []chapter
	at := time.Duration(0)
	for _, s := range steps {
		end := max(s.StepState.At.Sub(v.Run.Started), at+time.Millisecond)
		title := s.Say.FR
		if s.Verdict == scenario.Failed {
			title = "ÉCHEC : " + title
		}
		if s.Verdict == scenario.Skipped {
			title = "(omise) " + title
		}
		out = append(out, chapter{at, end, title})
		at = end
	}
	return out
}

// chaptersVTT writes WebVTT (W3C WebVTT §4.1, §4.5 chapters).
func chaptersVTT(v *view) []byte {
	var b bytes.Buffer
	b.WriteString("WEBVTT\n\nNOTE\n" + v.Disclaimer.FR + "\n")
	esc := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", " ", "\r", " ")
	for i, c := range chapters(v) {
		fmt.Fprintf(&b, "\n%d\n%s --> %s\n%s\n", i+1, timecode(c.from), timecode(c.to), esc.Replace(c.title))
	}
	return b.Bytes()
}

// chaptersFF writes ffmpeg's metadata file: "ffmpeg -i video.mp4 -i
// chapters.ffmeta -map_metadata 1 -codec copy out.mp4".
func chaptersFF(v *view) []byte {
	var b bytes.Buffer
	esc := strings.NewReplacer("\\", "\\\\", "=", "\\=", ";", "\\;", "#", "\\#", "\n", "\\\n", "\r", "")
	fmt.Fprintf(&b, ";FFMETADATA1\ntitle=%s\ncomment=%s\n", esc.Replace(v.Scenario.Title.FR), esc.Replace(v.Disclaimer.FR))
	for _, c := range chapters(v) {
		fmt.Fprintf(&b, "[CHAPTER]\nTIMEBASE=1/1000\nSTART=%d\nEND=%d\ntitle=%s\n", c.from.Milliseconds(), c.to.Milliseconds(), esc.Replace(c.title))
	}
	return b.Bytes()
}
