/*!
 * Written by scripts/write-abbreviations.js from cldr-segments-full 46.1.0, whose licence follows.
 *
 * UNICODE LICENSE V3
 *
 * COPYRIGHT AND PERMISSION NOTICE
 *
 * Copyright © 2004-2024 Unicode, Inc.
 *
 * NOTICE TO USER: Carefully read the following legal agreement. BY
 * DOWNLOADING, INSTALLING, COPYING OR OTHERWISE USING DATA FILES, AND/OR
 * SOFTWARE, YOU UNEQUIVOCALLY ACCEPT, AND AGREE TO BE BOUND BY, ALL OF THE
 * TERMS AND CONDITIONS OF THIS AGREEMENT. IF YOU DO NOT AGREE, DO NOT
 * DOWNLOAD, INSTALL, COPY, DISTRIBUTE OR USE THE DATA FILES OR SOFTWARE.
 *
 * Permission is hereby granted, free of charge, to any person obtaining a
 * copy of data files and any associated documentation (the "Data Files") or
 * software and any associated documentation (the "Software") to deal in the
 * Data Files or Software without restriction, including without limitation
 * the rights to use, copy, modify, merge, publish, distribute, and/or sell
 * copies of the Data Files or Software, and to permit persons to whom the
 * Data Files or Software are furnished to do so, provided that either (a)
 * this copyright and permission notice appear with all copies of the Data
 * Files or Software, or (b) this copyright and permission notice appear in
 * associated Documentation.
 *
 * THE DATA FILES AND SOFTWARE ARE PROVIDED "AS IS", WITHOUT WARRANTY OF ANY
 * KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
 * MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT OF
 * THIRD PARTY RIGHTS.
 *
 * IN NO EVENT SHALL THE COPYRIGHT HOLDER OR HOLDERS INCLUDED IN THIS NOTICE
 * BE LIABLE FOR ANY CLAIM, OR ANY SPECIAL INDIRECT OR CONSEQUENTIAL DAMAGES,
 * OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS,
 * WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION,
 * ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THE DATA
 * FILES OR SOFTWARE.
 *
 * Except as contained in this notice, the name of a copyright holder shall
 * not be used in advertising or otherwise to promote the sale, use or other
 * dealings in these Data Files or Software without prior written
 * authorization of the copyright holder.
 *
 * SPDX-License-Identifier: Unicode-3.0
 */

/** Words that a full stop shortens and does not end a sentence behind, in lower case, of all languages that CLDR has any for. */
export const ABBREVIATIONS: ReadonlySet<string> = new Set(
  `
aa ab abr abrev abs abt abw acoust ad adj adm adr adv aer afma afmas afmo afmos ag ago agric akt allg alm amtl anat
anc ann anon ant ap apart append approx apr apt arit arqueol arquit astron aug ausg ausschl autom av avda avr avv bco
beil ber bibl biogr bol bras broch ca capt categ cel cf cfr chin chr co col coll collab comm compl config conn cont
contab corp créd cx cía círc cód da dat dc dec def dept depto deptos des desc dest desv dez di dic dict diff dipl dir
dott dpto dptos dr dra dras drs dto dtor dtzd dª déb déc dña ed educ ehem eigtl einh einschl ej elem eletr eletrôn em
emm encycl ene entspr erf erw esp est etc ev evtl ex exc excma excmas excmo excmos exec exempl exkl exma exmas exmo
exmos fa fabric fac fam fasc feb fev ff fig figs filos fisiol fl fn folg fot fr fri frl frz févr fís gb geb gebr gedr
gek geograph geom ges gesch gest ggf ggfs gouv gên hbf hnos hpts hptst hr hrn hrsg hz hôp id illustr ilma ilmas ilmo
ilmos imprim inc indus ing ingl inh inkl jahrh jan janv jeu jew jhrl jr jue juil jul jun jur kap kath kb kfm kgl kl
konv korn lat lcda lcdo lda ldo lev lib lic licda licdo lin liter liv lt ltd ltda ltdo lun mai maj mar matem mb md mgr
mi min mio misc mitt mié mm mons mr mrd mrs ms msp mss mt mtl mtro máq méd möbl mús neol niv nov nr ntra ntro num náut
näml obj obs oct od odont odontol okt op organiz pag pc pe pfd phys pp pq prof profa prov proz próx psicol pvt pág qu
quím rd rdo rdos ref reg rel relat rev rvdmo rvdmos rvdo rvdos réf röm sa schles schr schweiz schwäb sdad sek sep sept
sez sgt sig sociol sog spezif sq sr sra sras sres srs srta srtas ss st sta std sto str symb synth syst sáb séc símb
südd tav tec tecnol tel temp trab trad tägl univ urspr ursprüngl var vda ven verf verh verw vgl vie voit vol vs wg yr
ztr zzgl álg éd édit équiv éval índ österr авг апр дек кв нояб окт отд проф руб сент тел тыс ул февр янв
`
    .trim()
    .split(/\s+/),
);
