/* gen_row.c - one made-up interaction as a line of interactions.csv. */
#include "tools/gen/gen_row.h"

const char gen_row_header[] =
    "time,customer,type,brand,category,product,content,agent,channel,store,order,quantity,"
    "amount,discount,margin,currency,speaker,message,text\n";

void gen_csv_customer(struct gen_csv *csv, uint64_t customer, bool text_ids)
{
    if (!text_ids) {
        gen_csv_number(csv, customer);
        return;
    }
    gen_csv_text(csv, "C-");
    gen_csv_digits(csv, customer, 6);
}

static void write_time(struct gen_csv *csv, const struct gen_row_frame *frame, uint32_t second)
{
    gen_csv_bytes(csv, frame->day_text, 10);
    gen_csv_char(csv, ' ');
    gen_csv_digits(csv, second / 3600, 2);
    gen_csv_char(csv, ':');
    gen_csv_digits(csv, second / 60 % 60, 2);
    gen_csv_char(csv, ':');
    gen_csv_digits(csv, second % 60, 2);
}

/* ",S017" or just "," */
static void write_numbered(struct gen_csv *csv, const char *head, int32_t number, unsigned digits)
{
    gen_csv_char(csv, ',');
    if (number == GEN_NONE)
        return;
    gen_csv_text(csv, head);
    gen_csv_digits(csv, (uint64_t)number + 1, digits);
}

static void write_what(struct gen_csv *csv, const struct gen_row_frame *frame, const struct gen_row *row)
{
    gen_csv_char(csv, ',');
    if (row->brand != GEN_NONE)
        gen_csv_text(csv, frame->catalogue->brands[row->brand]);
    gen_csv_char(csv, ',');
    if (row->category != GEN_NONE)
        gen_csv_text(csv, frame->catalogue->categories[row->category]);
    write_numbered(csv, "P", row->product, 5);
}

static void write_content(struct gen_csv *csv, const struct gen_row_frame *frame, const struct gen_row *row)
{
    gen_csv_char(csv, ',');
    if (row->content == GEN_NONE)
        return;
    gen_csv_text(csv, row->channel);
    gen_csv_char(csv, '-');
    gen_csv_number(csv, (uint64_t)frame->week);
    gen_csv_char(csv, '-');
    gen_csv_char(csv, (char)('a' + row->content));
}

static void write_money(struct gen_csv *csv, const struct gen_row *row)
{
    gen_csv_char(csv, ',');
    if (row->order != 0)
        gen_csv_number(csv, row->order);
    gen_csv_char(csv, ',');
    if (row->quantity_milli % 1000 != 0)
        gen_csv_decimal(csv, row->quantity_milli, 3);
    else if (row->quantity_milli != 0)
        gen_csv_number(csv, (uint64_t)row->quantity_milli / 1000);
    gen_csv_char(csv, ',');
    if (row->amount_cents == GEN_NONE) {
        gen_csv_text(csv, ",,,");
        return;
    }
    gen_csv_decimal(csv, row->amount_cents, 2);
    gen_csv_char(csv, ',');
    if (row->discount_cents != 0)
        gen_csv_decimal(csv, row->discount_cents, 2);
    gen_csv_char(csv, ',');
    gen_csv_decimal(csv, row->margin_cents, 2);
    gen_csv_text(csv, ",EUR");
}

static void write_message(struct gen_csv *csv, const struct gen_row_frame *frame, const struct gen_row *row)
{
    if (row->speaker == NULL) {
        gen_csv_text(csv, ",,,");
        return;
    }
    gen_csv_char(csv, ',');
    gen_csv_text(csv, row->speaker);
    gen_csv_text(csv, ",m-");
    gen_csv_number(csv, frame->customer);
    gen_csv_char(csv, '-');
    gen_csv_number(csv, row->message);
    gen_csv_char(csv, ',');
    gen_csv_quoted(csv, row->text, row->text_size);
}

void gen_row_write(struct gen_csv *csv, const struct gen_row_frame *frame, const struct gen_row *row)
{
    gen_csv_line(csv);
    write_time(csv, frame, (uint32_t)row->second);
    gen_csv_char(csv, ',');
    gen_csv_customer(csv, frame->customer, frame->text_ids);
    gen_csv_char(csv, ',');
    gen_csv_text(csv, frame->types->facts[row->type].name);
    write_what(csv, frame, row);
    write_content(csv, frame, row);
    write_numbered(csv, "A", row->agent, 2);
    gen_csv_char(csv, ',');
    gen_csv_text(csv, row->channel);
    write_numbered(csv, "S", row->store, 3);
    write_money(csv, row);
    write_message(csv, frame, row);
    gen_csv_char(csv, '\n');
}
