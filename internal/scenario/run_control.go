package scenario

// Confirm says that a person, or the reference client, saw a manual step. It is
// refused for a step whose turn it is not.
func (r *Run) Confirm(step, by string) error {
	return r.order(step, event{op: evConfirmed, step: step, by: by}, func(i int) error {
		switch {
		case r.plan.steps[i].kind != KindManual:
			return refuse("« %[1]s » se constate dans le journal, elle ne se confirme pas", "%[1]q is seen in the journal, it is not for confirming", step)
		case !r.machine.open(i):
			return r.notNow(i)
		}
		return nil
	})
}

// Skip gives a step up. The reason goes into the report, and the run is
// incomplete at best.
func (r *Run) Skip(step, reason string) error {
	return r.order(step, event{op: evSkipped, step: step, by: r.by(), reason: reason}, func(i int) error {
		st := &r.machine.state.Steps[i]
		switch {
		case reason == "":
			return refuse("une étape ne se passe pas sans motif", "a step is not skipped without a reason")
		case r.machine.state.Status == Ended || st.Verdict != Waiting:
			return r.notNow(i)
		case !st.Active:
			return r.notNow(i)
		}
		return nil
	})
}

// Pause stops the run's eyes and deadlines until Resume.
func (r *Run) Pause() error {
	return r.order("", event{op: evPaused}, func(int) error {
		if s := r.machine.state.Status; s != Running {
			return refuse("le déroulé n'est pas en cours (%[1]s)", "the run is not running (%[1]s)", s)
		}
		return nil
	})
}

// Resume opens them again.
func (r *Run) Resume() error {
	return r.order("", event{op: evResumed}, func(int) error {
		if s := r.machine.state.Status; s != Paused {
			return refuse("le déroulé n'est pas en pause (%[1]s)", "the run is not paused (%[1]s)", s)
		}
		return nil
	})
}

// Abort ends the run without a pass. The reason may be empty.
func (r *Run) Abort(reason string) error {
	return r.order("", event{op: evAborted, reason: reason}, func(int) error {
		if r.machine.state.Status == Ended {
			return refuse("le déroulé est déjà terminé", "the run has ended already")
		}
		return nil
	})
}

// Restart gives a step and those after it another go; the empty name is the
// first step, which also brings the baseline back, unless the run keeps what it
// found.
func (r *Run) Restart(step string) error {
	r.mu.Lock()
	r.catchUp()
	i, err := r.find(step)
	if err == nil {
		if no := r.machine.restartable(i); no != nil {
			err = no
		}
	}
	keep, first := r.machine.state.Keep, r.machine.first()
	given := r.machine.given
	r.mu.Unlock()
	if err != nil {
		return err
	}
	if i == first && !keep {
		if err := r.engine.restore(); err != nil {
			return err
		}
	}
	if err := r.engine.setGiven(r, given, i == first); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return ErrClosed
	}
	r.catchUp()
	if no := r.machine.restartable(i); no != nil {
		return no
	}
	if r.machine.state.Status == Ended {
		r.cursor = r.engine.journal.Last()
	}
	ended := r.machine.state.Status == Ended
	r.write(event{op: evRestarted, step: r.plan.steps[i].ID})
	if ended {
		r.wake()
	} else {
		r.catchUp()
	}
	r.begin()
	return nil
}

// wake folds the restart of a run that had ended. r.mu is held.
func (r *Run) wake() {
	for _, e := range r.engine.journal.Since(r.cursor, 0) {
		r.machine.apply(e)
		r.cursor = e.Seq
		if r.machine.state.Status != Ended {
			break
		}
	}
	close(r.changed)
	r.changed = make(chan struct{})
	r.catchUp()
	r.setTimers()
}

// order checks that an order makes sense now, writes it, and folds it.
func (r *Run) order(step string, ev event, check func(int) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.ctx.Err() != nil {
		return ErrClosed
	}
	r.catchUp()
	i := 0
	if step != "" {
		var err error
		if i, err = r.find(step); err != nil {
			return err
		}
	}
	if err := check(i); err != nil {
		return err
	}
	r.write(ev)
	r.catchUp()
	return nil
}

// find resolves a step's name; the empty one is the first step.
func (r *Run) find(step string) (int, error) {
	if step == "" {
		return r.machine.first(), nil
	}
	ids := make([]string, len(r.plan.steps))
	for i := range r.plan.steps {
		if ids[i] = r.plan.steps[i].ID; ids[i] == step {
			return i, nil
		}
	}
	return 0, &Refusal{Text: unknown("étape", "step", step, ids), NotFound: true}
}

// notNow says what the run waits for instead.
func (r *Run) notNow(i int) error {
	st := &r.machine.state.Steps[i]
	switch s := r.machine.state.Status; {
	case s != Running:
		return refuse("le déroulé n'est pas en cours (%[1]s)", "the run is not running (%[1]s)", s)
	case st.Verdict != Waiting:
		return refuse("l'étape « %[1]s » a déjà son verdict (%[2]s)", "step %[1]q has its verdict already (%[2]s)", st.ID, st.Verdict)
	}
	var names string
	for n := range r.machine.state.Steps {
		if r.machine.open(n) && r.plan.steps[n].kind != KindLimit {
			if names != "" {
				names += ", "
			}
			names += r.plan.steps[n].ID
		}
	}
	return refuse("ce n'est pas encore le tour de « %[1]s » ; le déroulé attend : %[2]s", "it is not the turn of %[1]q yet; the run waits for: %[2]s", st.ID, names)
}

func (r *Run) by() string { return r.machine.state.By }
