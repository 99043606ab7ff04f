package policy

import (
	"time"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// documentOf is the written form of a policy. Every rule is written out, so that a later default changes no stored policy.
func documentOf(p *Policy) *document {
	minDays := p.MinDaysBetweenNotices
	doc := &document{
		Key:           p.Key,
		Kind:          p.Kind,
		Description:   p.Description,
		MinimumOpen:   decimals(p.MinimumOpen),
		MinDays:       &minDays,
		Window:        windowOf(p.Window),
		Credits:       p.Credits,
		BrokenPromise: p.BrokenPromise,
		ReviewDays:    p.ReviewDays,
		Stages:        make([]stageDocument, len(p.Stages)),
	}
	for _, d := range p.ClosedDays {
		doc.ClosedDays = append(doc.ClosedDays, d.String())
	}
	for i := range p.Stages {
		doc.Stages[i] = stageOf(&p.Stages[i])
	}
	return doc
}

func stageOf(s *Stage) stageDocument {
	doc := stageDocument{
		Key:        s.Key,
		Name:       s.Name,
		Moment:     s.Moment.String(),
		Conditions: conditionsOf(&s.Conditions),
		WhenUnmet:  s.WhenUnmet,
		Action:     s.Action,
		Template:   s.Template,
		Task:       s.TaskText,
		DueDays:    s.DueDays,
	}
	for _, channel := range s.Channels {
		doc.Channels = append(doc.Channels, string(channel))
	}
	if a := s.Approval; a != nil {
		doc.Approval = &approvalDocument{Role: a.Role, DeadlineDays: a.DeadlineDays, AtDeadline: a.AtDeadline}
	}
	return doc
}

func conditionsOf(c *Conditions) *conditionsDocument {
	if len(c.MinimumOpen) == 0 && len(c.OverdueTotal) == 0 && c.OverdueCount == 0 && c.OldestDays == 0 {
		return nil
	}
	return &conditionsDocument{
		MinimumOpen:  decimals(c.MinimumOpen),
		OverdueCount: c.OverdueCount,
		OldestDays:   c.OldestDays,
		OverdueTotal: decimals(c.OverdueTotal),
	}
}

func windowOf(w calendar.Window) *windowDocument {
	doc := &windowDocument{From: w.From.String(), To: w.To.String()}
	for _, day := range w.Days {
		if day >= time.Sunday && day <= time.Saturday {
			doc.Days = append(doc.Days, weekdays[day])
		}
	}
	return doc
}

func decimals(amounts map[money.Currency]int64) map[string]string {
	if len(amounts) == 0 {
		return nil
	}
	texts := make(map[string]string, len(amounts))
	for currency, minor := range amounts {
		texts[string(currency)] = money.Of(minor, currency).Decimal()
	}
	return texts
}
